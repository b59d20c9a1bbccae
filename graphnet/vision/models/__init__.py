"""Networks for images, untrained: ``torchvision.models``."""

from graphnet.vision.models import densenet as densenet
from graphnet.vision.models import mobilenetv2 as mobilenetv2
from graphnet.vision.models import resnet as resnet
from graphnet.vision.models import vgg as vgg
from graphnet.vision.models.alexnet import AlexNet, alexnet
from graphnet.vision.models.densenet import (
    DenseNet,
    densenet121,
    densenet161,
    densenet169,
    densenet201,
)
from graphnet.vision.models.mobilenetv2 import MobileNetV2, mobilenet_v2
from graphnet.vision.models.resnet import (
    ResNet,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnext50_32x4d,
    resnext101_32x8d,
    wide_resnet50_2,
    wide_resnet101_2,
)
from graphnet.vision.models.vgg import (
    VGG,
    vgg11,
    vgg11_bn,
    vgg13,
    vgg13_bn,
    vgg16,
    vgg16_bn,
    vgg19,
    vgg19_bn,
)
from graphnet.vision.models.weights import WEIGHTS, WeightsEnum

__all__ = [
    "VGG",
    "AlexNet",
    "DenseNet",
    "MobileNetV2",
    "densenet121",
    "densenet161",
    "densenet169",
    "densenet201",
    "mobilenet_v2",
    "alexnet",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
    "ResNet",
    "resnet101",
    "resnet152",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnext101_32x8d",
    "resnext50_32x4d",
    "wide_resnet101_2",
    "wide_resnet50_2",
    "WeightsEnum",
]
__all__ += sorted(WEIGHTS)  # noqa: PLE0605  # a list of strings it is

globals().update(WEIGHTS)
