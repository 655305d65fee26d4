"""What older notebooks use of torchvision, where torchvision itself is not installed.

`d2l_local.torch.companions` puts the folder above this one at the end of the search path, so that
a torchvision that is installed is the one that is imported.
"""

from torchvision import datasets, transforms
from torchvision.missing import only_in_torchvision

__all__ = ["datasets", "transforms"]
__version__ = "0.0+d2l.local"
__getattr__ = only_in_torchvision(__name__)
