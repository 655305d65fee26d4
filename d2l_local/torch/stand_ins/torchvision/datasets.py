"""`torchvision.datasets.FashionMNIST`, from the library's cache of that data set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from PIL import Image

from d2l_local.common import fashion_mnist
from torchvision.missing import only_in_torchvision

_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


class FashionMNIST(torch.utils.data.Dataset):
    """60,000 images to train on, or 10,000 to test with; an item is (image, class 0 to 9).

    An image is a grey one of PIL, 28 pixels wide and high, unless `transform` makes it another
    thing. `root` and `download` are for torchvision: this data set is in the user's cache.
    """

    def __init__(
        self,
        root: Any = None,
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        download: bool = False,
    ):
        images, labels = fashion_mnist.load(train)
        self.data = torch.tensor(images)
        self.targets = torch.tensor(labels, dtype=torch.int64)
        self.classes = list(_CLASSES)
        self.train = train
        self.transform = transform
        self.target_transform = target_transform

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, i: int) -> tuple[Any, Any]:
        image: Any = Image.fromarray(self.data[i].numpy())
        label: Any = int(self.targets[i])
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return image, label


__getattr__ = only_in_torchvision(__name__)
