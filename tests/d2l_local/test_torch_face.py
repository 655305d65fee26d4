"""What only PyTorch needs: loaders, data sets and models as its own, and tensors on devices."""

import copy
import io
import pickle

import faces
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, SequentialSampler

from d2l_local import torch as d2l
from d2l_local.common import fashion_mnist

# The one device besides the CPU that every machine has: it knows shapes, but no numbers.
META = torch.device("meta")


@pytest.fixture
def line():
    return d2l.SyntheticRegressionData(torch.tensor([2, -3.4]), 4.2, num_train=96, num_val=32)


class Scratch(d2l.LinearRegressionScratch):
    """Linear regression whose tensors are in a list, and one in a dictionary of a module inside."""

    def __init__(self, lr=0.1):
        super().__init__(2, lr)
        self.params = [self.w, (self.b,)]
        self.inner = nn.Identity()
        self.inner.table = {"scale": torch.ones(1, requires_grad=True)}
        self.fixed = torch.ones(3)

    def forward(self, X):
        return super().forward(X) * self.inner.table["scale"]

    def tensors(self):
        return [self.w, self.b, self.inner.table["scale"]]


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
        assert {tensor.device for tensor in loader.tensors} == {META}


def test_the_trainer_moves_batches_to_its_gpu():
    trainer = d2l.Trainer(max_epochs=1)
    batch = [torch.ones(3), torch.zeros(3)]
    assert trainer.prepare_batch(batch) is batch
    trainer.gpus = [META]
    assert [tensor.device for tensor in trainer.prepare_batch(batch)] == [META, META]


def test_the_trainer_moves_a_model_with_its_plain_tensors_to_its_gpu():
    trainer, model = d2l.Trainer(max_epochs=1), Scratch()
    model.net = nn.Linear(2, 1)
    before = model.tensors()
    trainer.gpus = [META]
    trainer.prepare_model(model)
    assert {p.device for p in [*model.parameters(), *model.tensors()]} == {META}
    assert all(p.requires_grad and p.is_leaf for p in model.tensors())
    assert all(new is old for new, old in zip(model.tensors(), before, strict=True))
    assert [p.device for p in model.configure_optimizers().params] == [META, META]
    assert model.fixed.device == torch.device("cpu")


def test_clipping_limits_the_gradients_of_plain_tensors_too(line):
    model = Scratch(lr=1.0)
    before = [tensor.detach().clone() for tensor in model.tensors()]
    line.batch_size = 96
    d2l.Trainer(max_epochs=1, gradient_clip_val=1e-3).fit(model, line)
    changes = torch.cat([(a - b).detach().ravel() for a, b in zip(model.tensors(), before)])  # noqa: B905
    assert 0 < changes.norm() <= 1.001e-3
    assert torch.stack([t.grad.norm() for t in model.tensors()]).norm() == pytest.approx(1e-3)


def test_a_loader_is_one_of_pytorch(line):
    loaders = (
        (d2l.load_data_fashion_mnist(256)[1], 10_000, 256),
        (d2l.load_array((torch.zeros(10, 2), torch.zeros(10)), 4, False), 10, 4),
        (line.val_dataloader(), 32, 32),
    )
    for loader, examples, batch_size in loaders:
        assert isinstance(loader, DataLoader)
        assert len(loader.dataset) == examples
        assert isinstance(loader.sampler, SequentialSampler)
        settings = (loader.batch_size, loader.num_workers, loader.drop_last)
        assert settings == (batch_size, 0, False)
        X, y = next(iter(loader))
        assert torch.equal(loader.dataset[0][0], X[0])
        assert loader.dataset[0][1] == y[0]


def test_a_data_set_has_the_attributes_of_torchvision_s():
    val = d2l.FashionMNIST().val
    images, labels = fashion_mnist.load(train=False)
    assert torch.equal(val.data, torch.tensor(images))
    assert torch.equal(val.targets, torch.tensor(labels).long())
    assert val.classes[9] == "ankle boot"


def test_a_loader_can_be_pickled():
    loader = d2l.FashionMNIST(64, num_train=128, num_val=64).val_dataloader()
    copies = [pickle.loads(pickle.dumps(loader)), copy.deepcopy(loader)]
    for other in copies:
        for a, b in zip(next(iter(other)), next(iter(loader)), strict=True):
            assert torch.equal(a, b)


@pytest.mark.parametrize("Model", [d2l.LinearRegression, Scratch])
def test_a_trained_model_is_copied_and_saved_without_its_data(line, Model):
    model = Model(lr=0.1)
    d2l.Trainer(max_epochs=1).fit(model, line)
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    for other in (torch.load(file, weights_only=False), copy.deepcopy(model)):
        assert torch.equal(other(line.X), model(line.X))
        assert other.board.data == model.board.data
        assert not hasattr(other, "trainer")
        d2l.Trainer(max_epochs=1).fit(other, line)
    assert model.trainer.train_dataloader is not None


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    "function", ["evaluate_accuracy", "evaluate_accuracy_gpu", "evaluate_loss"]
)
def test_an_evaluation_is_without_dropout_and_leaves_the_modes_as_they_were(function, training):
    net = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Identity()).train(training)
    net[2].eval()
    X, y = torch.ones(64, 4), torch.zeros(64).long()
    loss = [nn.CrossEntropyLoss()] if function == "evaluate_loss" else []
    seen = []
    net.register_forward_hook(
        lambda module, X, Y: seen.append(((Y[0] == Y).all().item(), Y.requires_grad))
    )
    getattr(d2l, function)(net, [(X, y)], *loss)
    assert seen == [(True, False)], "all rows alike, and nothing kept for gradients"
    assert [m.training for m in net.modules()] == [training, training, training, False]


def test_an_evaluation_that_fails_leaves_the_mode_as_it_was():
    net = nn.Linear(2, 2)
    with pytest.raises(RuntimeError):
        d2l.evaluate_accuracy(net, [(torch.ones(1, 3), torch.zeros(1))])
    assert net.training


def test_predictions_are_made_without_dropout():
    net, seen = nn.Sequential(nn.Flatten(), nn.LazyLinear(10), nn.Dropout()), []
    net.register_forward_hook(lambda module, X, Y: seen.append(module.training))
    d2l.predict_ch3(net, [(torch.zeros(8, 1, 28, 28), torch.zeros(8).long())], n=2)
    d2l.plt.close("all")
    assert (seen, net.training) == ([False], True)


def test_batches_are_moved_to_the_device_of_the_evaluation():
    moved = []

    class OnDisk:
        def __init__(self, tensor):
            self.tensor = tensor

        def to(self, device):
            moved.append(device)
            return self.tensor

    batch = [OnDisk(torch.ones(4, 2)), OnDisk(torch.zeros(4, dtype=torch.int64))]
    d2l.evaluate_accuracy_gpu(nn.Linear(2, 3), [batch])
    d2l.evaluate_accuracy_gpu(nn.Linear(2, 3), [batch], "elsewhere")
    assert moved == [torch.device("cpu")] * 2 + ["elsewhere"] * 2


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_loader_that_is_moved_shuffles_as_before(shuffle):
    loader = d2l.load_array((torch.arange(8),), 2, shuffle)
    assert loader.to(META).shuffle == shuffle


def test_the_summary_of_layers_names_them(capsys):
    model = d2l.Classifier()
    model.net = nn.Sequential(nn.Flatten(), nn.LazyLinear(3))
    model.layer_summary((2, 4, 5))
    assert capsys.readouterr().out == (
        "Flatten output shape:\t(2, 20)\nLinear output shape:\t(2, 3)\n"
    )


def test_what_is_plotted_keeps_no_graph_for_gradients(weights, clusters):
    face = faces.load("torch")
    kept = []

    class Board(face.d2l.ProgressBoard):
        def draw(self, x, y, label, every_n=1, weight=1):
            kept.append(y.requires_grad)

    model = face.classifier(weights)
    model.board = Board()
    face.d2l.Trainer(max_epochs=1).fit(model, face.data(*clusters))
    assert not any(kept)


def test_a_loop_of_ones_own_steps_with_the_hand_made_sgd():
    param = torch.tensor([1.0, 2.0], requires_grad=True)
    optimizer = d2l.SGD([param], lr=0.5)
    for _ in range(2):
        optimizer.zero_grad()
        (param**2).sum().backward()
        optimizer.step()
    assert param.tolist() == [0.0, 0.0]
    assert param.requires_grad
    assert param.is_leaf, "the steps are not part of the graph"


def test_an_optimizer_of_ones_own_may_change_parameters_in_place(weights, clusters):
    face = faces.load("torch")

    class InPlace:
        def __init__(self, params):
            self.params = params

        def zero_grad(self):
            for param in self.params:
                param.grad = None

        def step(self):
            for param in self.params:
                param -= 0.1 * param.grad

    model = face.classifier(
        weights, configure_optimizers=lambda self: InPlace([self.W1, self.b1, self.W2, self.b2])
    )
    face.d2l.Trainer(max_epochs=1).fit(model, face.data(*clusters))
    assert (face.numpy(model.W1.detach()) != weights[0]).any()
