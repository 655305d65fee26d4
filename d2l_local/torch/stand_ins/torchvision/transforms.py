"""`torchvision.transforms`: what makes a tensor of an image of PIL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

from torchvision.missing import only_in_torchvision


class Compose:
    """One transform after the other."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]):
        self.transforms = transforms

    def __call__(self, image: Any) -> Any:
        """Return `image` transformed."""
        for transform in self.transforms:
            image = transform(image)
        return image


class Resize:
    """An image of `size` (height, width); of a number, with the shorter side of that length."""

    def __init__(self, size: int | Sequence[int]):
        self.size = size

    def __call__(self, image: Image.Image) -> Image.Image:
        """Return `image` in the new size."""
        width, height = image.size
        if isinstance(self.size, int):
            shorter = min(width, height)
            new = width * self.size // shorter, height * self.size // shorter
        else:
            new = self.size[1], self.size[0]
        return image.resize(new, Image.Resampling.BILINEAR)


class ToTensor:
    """An image as float32 in [0, 1] of shape (channels, height, width)."""

    def __call__(self, image: Any) -> torch.Tensor:
        """Return the tensor of an image of PIL, or of an array (height, width[, channels])."""
        pixels = torch.tensor(np.atleast_3d(np.asarray(image))).permute(2, 0, 1).contiguous()
        return pixels / 255 if pixels.dtype == torch.uint8 else pixels


__getattr__ = only_in_torchvision(__name__)
