"""Transforms: what they do to images of both kinds, how they print, and what they refuse."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet.vision import transforms as T
from graphnet.vision.transforms import functional as F
from graphnet.vision.transforms import resampling

Image = pytest.importorskip("PIL.Image")

# The sizes drawn here are many, and every size is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")


def colours(height: int = 5, width: int = 7) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def as_tensor(image: Any) -> Any:
    """The pixels of either kind of image as an array, channels first."""
    return (image if isinstance(image, torch.Tensor) else F.pil_to_tensor(image)).numpy()


class TestConversion:
    def test_bytes_are_scaled(self) -> None:
        array = colours()
        for image in (array, Image.fromarray(array)):
            made = F.to_tensor(image)
            assert (made.dtype, tuple(made.shape)) == (torch.float32, (3, 5, 7))
            expected = array.transpose(2, 0, 1).astype(np.float32) / np.float32(255)
            np.testing.assert_array_equal(made.numpy(), expected)

    def test_other_elements_keep_their_values(self) -> None:
        array = np.arange(6, dtype=np.float32).reshape(2, 3) * 1000
        assert F.to_tensor(array).tolist() == [array.tolist()]
        assert F.to_tensor(Image.fromarray(array)).tolist() == [array.tolist()]
        integers = array.astype(np.int32)
        made = F.to_tensor(Image.fromarray(integers))
        assert (made.dtype, made.tolist()) == (torch.int32, [integers.tolist()])

    def test_black_and_white(self) -> None:
        image = Image.fromarray(np.array([[True, False]]))
        assert F.to_tensor(image).tolist() == [[[1.0, 0.0]]]
        assert F.pil_to_tensor(image).dtype == torch.bool

    def test_the_tensor_has_memory_of_its_own(self) -> None:
        array = np.zeros((2, 2), dtype=np.float32)
        F.to_tensor(array).add_(1)
        assert array.sum() == 0

    def test_the_default_type_is_followed(self) -> None:
        torch.set_default_dtype(torch.float64)
        try:
            made = F.to_tensor(np.array([[51]], dtype=np.uint8))
        finally:
            torch.set_default_dtype(torch.float32)
        assert (made.dtype, made.item()) == (torch.float64, 0.2)

    @pytest.mark.parametrize("pic", ["text", None, [1], torch.zeros(1)])
    def test_what_is_no_image(self, pic: Any) -> None:
        with pytest.raises(TypeError, match="pic should be PIL Image or ndarray"):
            F.to_tensor(pic)
        with pytest.raises(TypeError, match="pic should be PIL Image"):
            F.pil_to_tensor(pic)

    @pytest.mark.parametrize("shape", [(3,), (1, 2, 3, 4)])
    def test_arrays_that_are_no_images(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match="pic should be 2/3 dimensional"):
            F.to_tensor(np.zeros(shape))
        with pytest.raises(ValueError, match="pic should be 2/3 dimensional"):
            F.to_pil_image(np.zeros(shape))

    @pytest.mark.parametrize(
        ("shape", "mode"),
        [((5, 7), "L"), ((5, 7, 2), "LA"), ((5, 7, 3), "RGB"), ((5, 7, 4), "RGBA")],
    )
    def test_there_and_back(self, shape: tuple[int, ...], mode: str) -> None:
        array = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
        image = F.to_pil_image(array)
        assert (image.mode, image.size) == (mode, (7, 5))
        np.testing.assert_array_equal(np.asarray(image), array)
        again = F.to_pil_image(F.pil_to_tensor(image))
        np.testing.assert_array_equal(np.asarray(again), array)
        scaled = F.to_pil_image(F.to_tensor(image))
        assert np.abs(np.asarray(scaled).astype(int) - array).max() <= 1

    def test_modes_of_ones_own(self) -> None:
        assert F.to_pil_image(colours(), "HSV").mode == "HSV"
        assert F.to_pil_image(np.zeros((2, 2), dtype=np.float32), "F").mode == "F"
        with pytest.raises(ValueError, match=r"Only modes \['RGB', 'YCbCr', 'HSV'\] are supported"):
            F.to_pil_image(colours(), "L")
        with pytest.raises(ValueError, match=r"Incorrect mode \(RGB\) supplied"):
            F.to_pil_image(np.zeros((2, 2), dtype=np.uint8), "RGB")

    def test_what_pil_has_no_mode_for(self) -> None:
        with pytest.raises(TypeError, match="pic should be Tensor or ndarray"):
            F.to_pil_image("text")
        with pytest.raises(ValueError, match=r"should not have > 4 channels\. Got 5"):
            F.to_pil_image(torch.zeros(5, 2, 2))
        with pytest.raises(TypeError, match="Input type int64 is not supported"):
            F.to_pil_image(np.zeros((2, 2), dtype=np.int64))
        with pytest.raises(TypeError, match="Input type int16 is not supported"):
            F.to_pil_image(np.zeros((2, 2, 3), dtype=np.int16))


class TestElementTypes:
    def test_floats_to_bytes_and_back(self) -> None:
        bytes_ = torch.arange(256, dtype=torch.uint8)
        floats = F.convert_image_dtype(bytes_, torch.float32)
        assert (floats[0].item(), floats[255].item()) == (0.0, 1.0)
        assert F.convert_image_dtype(floats, torch.uint8).tolist() == list(range(256))

    def test_integers(self) -> None:
        made = F.convert_image_dtype(torch.tensor([0, 255], dtype=torch.uint8), torch.int16)
        assert (made.dtype, made.tolist()) == (torch.int16, [0, 255 * 128])
        assert F.convert_image_dtype(made, torch.uint8).tolist() == [0, 255]

    def test_the_same_type_is_the_same_tensor(self) -> None:
        image = torch.zeros(2)
        assert F.convert_image_dtype(image, torch.float32) is image
        assert F.convert_image_dtype(image, torch.float64).dtype == torch.float64

    @pytest.mark.parametrize(
        ("source", "target"),
        [("float32", "int32"), ("float32", "int64"), ("float64", "int64")],
    )
    def test_what_would_overflow(self, source: str, target: str) -> None:
        image = torch.zeros(2, dtype=getattr(torch, source))
        with pytest.raises(RuntimeError, match="cannot be performed safely"):
            F.convert_image_dtype(image, getattr(torch, target))

    def test_what_is_no_tensor(self) -> None:
        with pytest.raises(TypeError, match="Input img should be Tensor Image"):
            F.convert_image_dtype(colours(), torch.float32)  # type: ignore[arg-type]


class TestNormalize:
    def test_by_channel(self) -> None:
        image = torch.ones(2, 3, 1, 1)
        made = F.normalize(image, [0.0, 1.0, 2.0], [1.0, 2.0, 0.5])
        assert made[0].flatten().tolist() == [1.0, 0.0, -2.0]
        assert image.min().item() == 1.0

    def test_in_place(self) -> None:
        image = torch.ones(1, 2, 2)
        assert F.normalize(image, (0.5,), (0.5,), inplace=True) is image
        assert T.Normalize((1.0,), (2.0,), inplace=True)(image).sum().item() == 0
        assert image.sum().item() == 0

    def test_refusals(self) -> None:
        with pytest.raises(TypeError, match="img should be Tensor Image"):
            F.normalize(Image.fromarray(colours()), (0.5,), (0.5,))
        with pytest.raises(TypeError, match=r"should be a float tensor\. Got torch\.uint8"):
            F.normalize(torch.zeros(1, 2, 2, dtype=torch.uint8), (0.5,), (0.5,))
        with pytest.raises(ValueError, match=r"size \(..., C, H, W\)"):
            F.normalize(torch.zeros(2, 2), (0.5,), (0.5,))
        with pytest.raises(ValueError, match="std evaluated to zero"):
            F.normalize(torch.zeros(1, 2, 2), (0.5,), (0.0,))
        with pytest.raises(RuntimeError, match="mean has 2 channels, the image 3"):
            F.normalize(torch.zeros(3, 2, 2), (0.5, 0.5), (0.5, 0.5))


@pytest.mark.parametrize("kind", ["pil", "tensor"])
class TestGeometry:
    """Where the answer is exact, it is the same for both kinds of image."""

    def image(self, kind: str, height: int = 5, width: int = 7) -> Any:
        made = Image.fromarray(colours(height, width))
        return made if kind == "pil" else F.pil_to_tensor(made)

    @pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric"])
    @pytest.mark.parametrize("padding", [2, [3], (1, 2), [1, 2, 3, 0]])
    def test_pad(self, kind: str, mode: str, padding: Any) -> None:
        left, top, right, bottom = F.check_padding(padding)
        numpy_mode: Any = mode
        expected = np.pad(colours(), ((top, bottom), (left, right), (0, 0)), numpy_mode)
        made = F.pad(self.image(kind), padding, padding_mode=mode)
        np.testing.assert_array_equal(as_tensor(made), expected.transpose(2, 0, 1))

    def test_pad_with_a_colour(self, kind: str) -> None:
        made = as_tensor(F.pad(self.image(kind), (0, 1), fill=9))
        assert (made[:, [0, -1]] == 9).all()
        made = as_tensor(F.pad(self.image(kind), (0, 1), fill=(1, 2, 3)))
        assert made[:, 0, 0].tolist() == [1, 2, 3]

    def test_negative_padding_takes_away(self, kind: str) -> None:
        made = as_tensor(F.pad(self.image(kind), (-1, -2, 0, 1)))
        assert made.shape == (3, 4, 6)
        np.testing.assert_array_equal(made[:, :3], colours().transpose(2, 0, 1)[:, 2:, 1:])

    def test_crop(self, kind: str) -> None:
        inside = as_tensor(F.crop(self.image(kind), 1, 2, 3, 4))
        np.testing.assert_array_equal(inside, colours()[1:4, 2:6].transpose(2, 0, 1))
        over = as_tensor(F.crop(self.image(kind), 4, -1, 3, 3))
        assert over.shape == (3, 3, 3)
        assert over[:, 1:].sum() == over[:, :, 0].sum() == 0
        np.testing.assert_array_equal(over[:, 0, 1:], colours()[4, :2].T)

    @pytest.mark.parametrize("size", [3, [4], (3, 6), (5, 7)])
    def test_center_crop(self, kind: str, size: Any) -> None:
        height, width = F.as_size(size)
        top, left = round((5 - height) / 2), round((7 - width) / 2)
        expected = colours()[top : top + height, left : left + width]
        made = as_tensor(F.center_crop(self.image(kind), size))
        np.testing.assert_array_equal(made, expected.transpose(2, 0, 1))

    def test_center_crop_of_smaller_images_pads(self, kind: str) -> None:
        made = as_tensor(F.center_crop(self.image(kind), (8, 3)))
        assert made.shape == (3, 8, 3)
        assert made[:, 0].sum() == made[:, -2:].sum() == 0

    def test_flips(self, kind: str) -> None:
        whole = colours().transpose(2, 0, 1)
        np.testing.assert_array_equal(as_tensor(F.hflip(self.image(kind))), whole[:, :, ::-1])
        np.testing.assert_array_equal(as_tensor(F.vflip(self.image(kind))), whole[:, ::-1])

    @pytest.mark.parametrize(("angle", "turns"), [(0, 0), (90, 1), (180, 2), (270, 3)])
    def test_quarter_turns(self, kind: str, angle: float, turns: int) -> None:
        made = as_tensor(F.rotate(self.image(kind), angle, expand=True))
        np.testing.assert_array_equal(made, np.rot90(colours(), turns).transpose(2, 0, 1))

    def test_rotation_fills_the_corners(self, kind: str) -> None:
        made = as_tensor(F.rotate(self.image(kind), 45, fill=77))
        assert made.shape == (3, 5, 7)
        assert made[:, 0, 0].tolist() == [77, 77, 77]
        with pytest.raises(ValueError, match="number of elements in 'fill'"):
            F.rotate(self.image(kind), 45, fill=(1, 2))

    @pytest.mark.parametrize("mode", ["BILINEAR", "BICUBIC", "NEAREST"])
    @pytest.mark.parametrize("size", [(3, 4), (10, 21)])
    def test_resize(self, kind: str, mode: str, size: tuple[int, int]) -> None:
        constant = F.pad(self.image(kind, 1, 1), (3, 2), padding_mode="edge")
        made = as_tensor(F.resize(constant, size, T.InterpolationMode[mode]))
        assert made.shape == (3, *size)
        assert (made == colours(1, 1).reshape(3, 1, 1)).all()

    @pytest.mark.parametrize(
        ("size", "limit", "expected"),
        [(10, None, (10, 14)), ([3], None, (3, 4)), (10, 12, (8, 12)), ((5, 7), None, (5, 7))],
    )
    def test_sizes(self, kind: str, size: Any, limit: int | None, expected: Any) -> None:
        made = F.resize(self.image(kind), size, max_size=limit)
        assert tuple(F.get_dimensions(made)) == (3, *expected)
        assert F.get_image_size(made) == [expected[1], expected[0]]
        assert F.get_image_num_channels(made) == 3

    def test_grey(self, kind: str) -> None:
        one = as_tensor(F.rgb_to_grayscale(self.image(kind)))
        three = as_tensor(F.rgb_to_grayscale(self.image(kind), 3))
        assert (one.shape, three.shape) == ((1, 5, 7), (3, 5, 7))
        np.testing.assert_array_equal(three, np.repeat(one, 3, axis=0))
        luma = colours() @ [0.299, 0.587, 0.114]
        assert np.abs(one[0] - luma).max() <= 1
        with pytest.raises(ValueError, match="num_output_channels should be either 1 or 3"):
            F.rgb_to_grayscale(self.image(kind), 2)


class TestTensorImages:
    def test_leading_dimensions_are_kept(self) -> None:
        image = torch.rand(2, 4, 3, 6, 6)
        assert tuple(F.resize(image, 3).shape) == (2, 4, 3, 3, 3)
        assert tuple(F.pad(image, 1, padding_mode="reflect").shape) == (2, 4, 3, 8, 8)
        bilinear = T.InterpolationMode.BILINEAR
        assert tuple(F.rotate(image, 10, bilinear).shape) == (2, 4, 3, 6, 6)
        single = F.crop(image, 1, 1, 4, 4)[1, 2]
        np.testing.assert_array_equal(single.numpy(), F.crop(image[1, 2], 1, 1, 4, 4).numpy())

    def test_resizing_passes_gradients(self) -> None:
        image = torch.rand(1, 4, 4, requires_grad=True)
        F.resize(image, 2).sum().backward()
        assert image.grad is not None
        assert image.grad.sum().item() == pytest.approx(4.0)

    def test_grey_of_grey(self) -> None:
        assert tuple(F.rgb_to_grayscale(torch.zeros(1, 2, 2), 3).shape) == (3, 2, 2)
        with pytest.raises(TypeError, match=r"permitted channel values are \[1, 3\], but found 2"):
            F.rgb_to_grayscale(torch.zeros(2, 2, 2))
        with pytest.raises(TypeError, match="at least 3 dimensions, but found 2"):
            F.rgb_to_grayscale(torch.zeros(2, 2))

    def test_what_tensors_do_not_do(self) -> None:
        image = torch.zeros(1, 4, 4)
        with pytest.raises(NotImplementedError, match="'box'"):
            F.resize(image, 2, T.InterpolationMode.BOX)
        with pytest.raises(ValueError, match="Interpolation mode 'bicubic' is unsupported"):
            F.rotate(image, 10, T.InterpolationMode.BICUBIC)
        with pytest.raises(RuntimeError, match=r"input \(H: 0, W: 4\)"):
            F.resize(torch.zeros(1, 0, 4), (2, 2))
        with pytest.raises(TypeError, match="Tensor is not a torch image"):
            F.hflip(torch.zeros(3))


def test_arrays_are_neither_kind() -> None:
    with pytest.raises(TypeError, match=r"(?s)img should be PIL Image or Tensor.*ToTensor"):
        F.resize(colours(), 3)


def test_pillow_smooths_always() -> None:
    with pytest.warns(UserWarning, match="Anti-alias option is always applied"):
        F.resize(Image.fromarray(colours()), 3, antialias=False)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda i: F.pad(i, "x"), TypeError, "Got inappropriate padding arg"),
        (lambda i: F.pad(i, (1, 2, 3)), ValueError, "not a 3 element tuple"),
        (lambda i: F.pad(i, 1, fill="x"), TypeError, "Got inappropriate fill arg"),
        (lambda i: F.pad(i, 1, padding_mode="wrap"), ValueError, "Padding mode should be either"),
        (lambda i: F.resize(i, (1, 2, 3)), ValueError, "1 or 2 element tuple/list, not a 3"),
        (lambda i: F.resize(i, (1, 2), max_size=3), ValueError, "max_size should only be passed"),
        (lambda i: F.resize(i, 4, max_size=4), ValueError, "must be strictly greater"),
        (lambda i: F.resize(i, 4, "bilinear"), TypeError, "should be a InterpolationMode"),
        (lambda i: F.rotate(i, "x"), TypeError, "angle should be int or float"),
        (lambda i: F.rotate(i, 1, center=3), TypeError, "center should be a sequence"),
        (lambda i: F.to_grayscale(i), TypeError, "Input should be PIL Image"),
    ],
)
def test_refused_arguments(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(torch.zeros(3, 8, 8))


class TestResampling:
    @given(
        st.integers(1, 12),
        st.integers(1, 12),
        st.sampled_from(["bilinear", "bicubic"]),
        st.booleans(),
    )
    def test_weights_add_up(self, size: int, length: int, mode: str, smooth: bool) -> None:
        matrix = resampling.weights(size, length, mode, smooth)
        assert matrix.shape == (length, size)
        np.testing.assert_allclose(matrix.sum(axis=1), 1.0)
        if size == length:
            np.testing.assert_allclose(matrix, np.eye(size), atol=1e-12)

    @given(st.integers(1, 12), st.integers(1, 30), st.booleans())
    def test_nearest_is_in_order(self, size: int, length: int, exact: bool) -> None:
        index = resampling.nearest_index(size, length, exact)
        assert (np.diff(index) >= 0).all()
        assert 0 <= index[0] <= index[-1] < size

    def test_shrinking_by_two_averages(self) -> None:
        image = torch.arange(16.0).reshape(1, 4, 4)
        made = F.resize(image, 2, antialias=False)
        assert made.tolist() == [[[2.5, 4.5], [10.5, 12.5]]]


class TestComposed:
    def test_compose(self) -> None:
        assert T.Compose([lambda x: x + 1, lambda x: x * 2])(1) == 4

    def test_lambda(self) -> None:
        assert T.Lambda(abs)(-2) == 2
        with pytest.raises(TypeError, match="Argument lambd should be callable, got 'int'"):
            T.Lambda(3)  # type: ignore[arg-type]

    def test_random_apply(self) -> None:
        add = [T.Lambda(lambda x: x + 1), T.Lambda(lambda x: x * 10)]
        assert T.RandomApply(add, p=1.0)(1) == 20
        assert T.RandomApply(add, p=0.0)(1) == 1
        torch.manual_seed(0)
        assert {T.RandomApply(add, p=0.5)(1) for _ in range(30)} == {1, 20}

    def test_random_order(self) -> None:
        random.seed(0)
        steps = [T.Lambda(lambda x: x + "a"), T.Lambda(lambda x: x + "b")]
        assert {T.RandomOrder(steps)("") for _ in range(30)} == {"ab", "ba"}

    def test_random_choice(self) -> None:
        random.seed(0)
        steps = [T.Lambda(lambda x: x + "a"), T.Lambda(lambda x: x + "b")]
        assert {T.RandomChoice(steps)("") for _ in range(30)} == {"a", "b"}
        assert {T.RandomChoice(steps, p=[0.0, 1.0])("") for _ in range(5)} == {"b"}

    def test_refusals(self) -> None:
        with pytest.raises(TypeError, match="transforms should be a sequence"):
            T.RandomOrder(3)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="Argument p should be a sequence"):
            T.RandomChoice([abs], p=1.0)  # type: ignore[arg-type]


class TestRandom:
    def test_crops_are_windows(self) -> None:
        torch.manual_seed(0)
        image = torch.arange(36).reshape(1, 6, 6)
        corners = set()
        for _ in range(60):
            made = T.RandomCrop((2, 3))(image)
            corner = made[0, 0, 0].item()
            corners.add(corner)
            assert made[0].tolist() == [[corner + 6 * r + c for c in range(3)] for r in range(2)]
        assert len(corners) > 10

    def test_crop_of_the_whole_draws_nothing(self) -> None:
        torch.manual_seed(0)
        before = torch.rand(1).item()
        torch.manual_seed(0)
        T.RandomCrop(6)(torch.zeros(1, 6, 6))
        assert torch.rand(1).item() == before

    def test_crop_of_something_smaller(self) -> None:
        with pytest.raises(ValueError, match=r"crop size \(8, 8\) is larger than input image size"):
            T.RandomCrop(8)(torch.zeros(1, 6, 6))
        made = T.RandomCrop(8, pad_if_needed=True)(torch.zeros(1, 6, 7))
        assert tuple(made.shape) == (1, 8, 8)

    def test_flips(self) -> None:
        image = torch.arange(4).reshape(1, 2, 2)
        assert T.RandomHorizontalFlip(1.0)(image).tolist() == [[[1, 0], [3, 2]]]
        assert T.RandomVerticalFlip(1.0)(image).tolist() == [[[2, 3], [0, 1]]]
        assert T.RandomHorizontalFlip(0.0)(image) is image
        assert T.RandomVerticalFlip(0.0)(image) is image

    def test_grey(self) -> None:
        image = torch.rand(3, 2, 2)
        assert T.RandomGrayscale(0.0)(image) is image
        grey = T.RandomGrayscale(1.0)(image).numpy()
        np.testing.assert_array_equal(grey[0], grey[2])

    @given(st.integers(0, 10_000))
    def test_angles_are_in_range(self, seed: int) -> None:
        torch.manual_seed(seed)
        assert 10 <= T.RandomRotation.get_params([10, 20]) <= 20

    @given(st.integers(0, 10_000))
    def test_resized_crops_fit(self, seed: int) -> None:
        torch.manual_seed(seed)
        top, left, height, width = T.RandomResizedCrop.get_params(
            torch.zeros(1, 20, 10), (0.08, 1.0), (0.75, 4 / 3)
        )
        assert 0 <= top <= top + height <= 20
        assert 0 <= left <= left + width <= 10

    def test_resized_crops_that_cannot_fit_take_the_middle(self) -> None:
        image = torch.zeros(1, 20, 10)
        wide = T.RandomResizedCrop.get_params(image, (1.0, 1.0), (2.0, 3.0))
        tall = T.RandomResizedCrop.get_params(image, (1.0, 1.0), (0.1, 0.2))
        assert (wide, tall) == ((7, 0, 5, 10), (0, 3, 20, 4))
        assert tuple(T.RandomResizedCrop(6)(image).shape) == (1, 6, 6)

    def test_rotation(self) -> None:
        image = torch.arange(4).reshape(1, 2, 2)
        assert T.RandomRotation((90, 90))(image).tolist() == [[[1, 3], [0, 2]]]

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="must be positive"):
            T.RandomRotation(-1)
        with pytest.raises(ValueError, match="degrees should be a sequence of length 2"):
            T.RandomRotation((1, 2, 3))
        with pytest.raises(TypeError, match="center should be a sequence of length 2"):
            T.RandomRotation(1, center=3)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="Fill should be either a sequence or a number"):
            T.RandomRotation(1, fill={1})  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="Scale should be a sequence"):
            T.RandomResizedCrop(3, scale=1.0)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="Ratio should be a sequence"):
            T.RandomResizedCrop(3, ratio=1.0)  # type: ignore[arg-type]
        with pytest.warns(UserWarning, match=r"should be of kind \(min, max\)"):
            T.RandomResizedCrop(3, scale=(1.0, 0.5))
        with pytest.raises(TypeError, match="Size should be int or sequence"):
            T.Resize(None)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="it should have 1 or 2 values"):
            T.Resize((1, 2, 3))
        with pytest.raises(ValueError, match="only two dimensions"):
            T.CenterCrop((1, 2, 3))


@pytest.mark.parametrize(
    ("transform", "text"),
    [
        (T.ToTensor(), "ToTensor()"),
        (T.PILToTensor(), "PILToTensor()"),
        (T.ToPILImage(), "ToPILImage()"),
        (T.ToPILImage("L"), "ToPILImage(mode=L)"),
        (T.ConvertImageDtype(torch.float32), "ConvertImageDtype()"),
        (T.Normalize([0.5], [0.25]), "Normalize(mean=[0.5], std=[0.25])"),
        (T.Lambda(abs), "Lambda()"),
        (T.Resize(3), "Resize(size=3, interpolation=bilinear, max_size=None, antialias=True)"),
        (T.CenterCrop(5), "CenterCrop(size=(5, 5))"),
        (T.RandomCrop((3, 4), 2), "RandomCrop(size=(3, 4), padding=2)"),
        (T.Pad(2), "Pad(padding=2, fill=0, padding_mode=constant)"),
        (T.RandomHorizontalFlip(), "RandomHorizontalFlip(p=0.5)"),
        (T.RandomVerticalFlip(0.1), "RandomVerticalFlip(p=0.1)"),
        (
            T.RandomRotation(10),
            "RandomRotation(degrees=[-10.0, 10.0], interpolation=nearest, expand=False, fill=0)",
        ),
        (
            T.RandomRotation(10, center=(1, 2), fill=None),
            "RandomRotation(degrees=[-10.0, 10.0], interpolation=nearest, expand=False, "
            "center=(1, 2), fill=0)",
        ),
        (
            T.RandomResizedCrop(3),
            "RandomResizedCrop(size=(3, 3), scale=(0.08, 1.0), ratio=(0.75, 1.3333), "
            "interpolation=bilinear, antialias=True)",
        ),
        (T.Grayscale(), "Grayscale(num_output_channels=1)"),
        (T.RandomGrayscale(), "RandomGrayscale(p=0.1)"),
        (
            T.Compose([T.ToTensor(), T.Pad(1)]),
            "Compose(\n    ToTensor()\n    Pad(padding=1, fill=0, padding_mode=constant)\n)",
        ),
        (T.RandomApply([T.ToTensor()]), "RandomApply(\n    p=0.5\n    ToTensor()\n)"),
        (T.RandomOrder([T.ToTensor()]), "RandomOrder(\n    ToTensor()\n)"),
        (T.RandomChoice([T.ToTensor()]), "RandomChoice(\n    ToTensor()\n)(p=None)"),
    ],
)
def test_repr(transform: Any, text: str) -> None:
    assert repr(transform) == text


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5])
def test_pillow_s_numbers_are_interpolations(number: int) -> None:
    image = Image.fromarray(colours(12, 12))
    made = F.resize(image, 5, number)
    np.testing.assert_array_equal(np.asarray(made), np.asarray(image.resize((5, 5), number)))
