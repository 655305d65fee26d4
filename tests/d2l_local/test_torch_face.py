"""What only PyTorch needs: batches whose tensors stay on the device that trains."""

import pytest
import torch

from d2l_local import torch as d2l

# The one device besides the CPU that every machine has: it knows shapes, but no numbers.
META = torch.device("meta")


@pytest.mark.parametrize("train", [True, False])
def test_a_loader_moves_to_a_device_with_its_tensors(train):
    loader = d2l.FashionMNIST(batch_size=32).get_dataloader(train).to(META)
    X, y = next(iter(loader))
    assert (X.device, y.device) == (META, META)
    assert (X.shape, X.dtype, y.shape) == ((32, 1, 28, 28), torch.float32, (32,))


def test_the_trainer_moves_the_loaders_of_a_data_module_to_its_gpu():
    trainer = d2l.Trainer(max_epochs=1)
    trainer.gpus = [META]
    trainer.prepare_data(d2l.FashionMNIST(batch_size=32))
    for loader in (trainer.train_dataloader, trainer.val_dataloader):
        assert {tensor.device for tensor in loader.arrays} == {META}
