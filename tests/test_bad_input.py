"""Wrong programs: each raises what PyTorch raises, says what is wrong, where, and what to do."""

from __future__ import annotations

import linecache
import math
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet import nn, optim
from graphnet.nn import functional as F
from graphnet.utils.data import DataLoader, TensorDataset, random_split
from graphnet.vision.datasets import MNIST
from graphnet.vision.datasets.idx import write_idx

HERE = Path(__file__)


class Refused:
    """Within the block something is refused, with an error that helps.

    The error must be of the builtin type that PyTorch raises, contain ``words``, point at the line
    of this file that is at fault, show it, and name a cure, unless one of the words does.

    Args:
        kind: the builtin type.
        words: what the message contains.
        line: what the line at fault contains; the line that raised unless given. They differ where
            values are computed later than they are asked for.
        cure: what the cure begins with.
    """

    def __init__(
        self,
        kind: type[Exception],
        *words: str,
        line: str | None = None,
        cure: str = "\n  cure: ",
    ) -> None:
        self.kind = kind
        self.words = words
        self.line = line
        self.cure = cure

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        assert error is not None, f"nothing was refused, but {self.kind.__name__} was expected"
        if not isinstance(error, self.kind):
            return False
        message = str(error)
        for word in self.words:
            assert word in message, message
        assert self.cure in message, message
        assert traceback is not None
        raised = linecache.getline(str(HERE), traceback.tb_lineno).strip()
        wanted = f'\n  at File "{HERE}", line '
        assert wanted in message, message
        shown = message.partition(wanted)[2].partition("\n")[2].strip()
        assert shown, message
        if self.line is None:
            assert shown == raised, message
        else:
            assert self.line in shown, message
        return True


class TestShapes:
    def test_elementwise(self) -> None:
        with Refused(RuntimeError, "add", "tensor a (2) must match", "tensor b (3)", "dimension 0"):
            torch.ones(2) + torch.ones(3)

    def test_elementwise_of_matrices(self) -> None:
        with Refused(RuntimeError, "mul", "[2, 3]", "[3, 2]", "non-singleton dimension 1"):
            torch.ones(2, 3) * torch.ones(3, 2)

    def test_elementwise_in_place(self) -> None:
        x = torch.ones(2)
        with Refused(RuntimeError, "tensor a (2) must match", "tensor b (3)"):
            x += torch.ones(3)

    def test_matmul(self) -> None:
        with Refused(RuntimeError, "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"):
            torch.ones(2, 3) @ torch.ones(2, 3)

    def test_linear(self) -> None:
        layer = nn.Linear(4, 2)
        x = torch.ones(5, 3)
        with Refused(RuntimeError, "linear", "mat1 and mat2 shapes cannot be multiplied (5x3 and"):
            layer(x)

    def test_convolution(self) -> None:
        layer = nn.Conv2d(3, 2, 3)
        x = torch.ones(1, 1, 8, 8)
        with Refused(RuntimeError, "[2, 3, 3, 3]", "[1, 1, 8, 8]", "3 channels", "1 channels"):
            layer(x)

    def test_a_kernel_larger_than_its_input(self) -> None:
        layer = nn.Conv2d(1, 2, 9)
        x = torch.ones(1, 1, 8, 8)
        with Refused(RuntimeError, "(8 x 8)", "(9 x 9)", "can't be greater than"):
            layer(x)

    def test_cat(self) -> None:
        with Refused(RuntimeError, "Sizes of tensors must match except in dimension 0", "3", "4"):
            torch.cat([torch.ones(2, 3), torch.ones(2, 4)])

    def test_stack(self) -> None:
        with Refused(RuntimeError, "stack expects each tensor to be equal size", "[2]", "[3]"):
            torch.stack([torch.ones(2), torch.ones(3)])

    def test_view(self) -> None:
        with Refused(RuntimeError, "shape '[4, 2]' is invalid for input of size 6"):
            torch.ones(6).view(4, 2)

    def test_loss(self) -> None:
        x, y = torch.ones(2, 3), torch.zeros(3, dtype=torch.int64)
        with Refused(ValueError, "input batch_size (2) to match target batch_size (3)"):
            F.cross_entropy(x, y)

    def test_ragged_lists(self) -> None:
        with Refused(ValueError, "expected sequence of length 2 at dim 1 (got 1)"):
            torch.tensor([[1, 2], [3]])

    def test_more_elements_than_one(self) -> None:
        x = torch.ones(2)
        with Refused(RuntimeError, "a Tensor with 2 elements cannot be converted to Scalar"):
            x.item()

    def test_truth_of_many(self) -> None:
        x = torch.ones(2)
        with Refused(RuntimeError, "Boolean value of Tensor with more than one value is ambiguous"):
            bool(x > 0)


class TestDtypes:
    def test_matmul(self) -> None:
        x, y = torch.ones(2, 3), torch.ones(3, 2, dtype=torch.float64)
        with Refused(RuntimeError, "same dtype", "torch.float32 != torch.float64"):
            x @ y

    def test_linear(self) -> None:
        layer, x = nn.Linear(3, 2), torch.ones(5, 3, dtype=torch.int64)
        with Refused(
            RuntimeError, "mat1 and mat2 must have the same dtype", "Long", "torch.float32"
        ):
            layer(x)

    def test_integers_have_no_gradient(self) -> None:
        with Refused(RuntimeError, "nly Tensors of floating point", "can require gradients"):
            torch.tensor([1, 2], requires_grad=True)

    def test_float_labels(self) -> None:
        x, y = torch.ones(2, 3), torch.zeros(2)
        with Refused(RuntimeError, "expected target dtype to be Long or Byte", "Float"):
            F.cross_entropy(x, y)

    def test_float_indices_of_an_embedding(self) -> None:
        layer, x = nn.Embedding(3, 2), torch.zeros(2)
        with Refused(RuntimeError, "'indices'", "Long, Int", "torch.float32", "embedding"):
            layer(x)

    def test_float_indices(self) -> None:
        x, index = torch.ones(3), torch.tensor([1.0])
        with Refused(IndexError, "tensors used as indices must be long, int, byte or bool"):
            x[index]

    def test_mean_of_integers(self) -> None:
        x = torch.tensor([1, 2])
        with Refused(RuntimeError, "mean()", "floating point or complex", "Long"):
            x.mean()

    def test_a_result_that_does_not_fit_in_place(self) -> None:
        x = torch.tensor([1, 2])
        with Refused(RuntimeError, "result type Float can't be cast to", "type Long"):
            x += 0.5


class TestBackward:
    def test_from_a_non_scalar(self) -> None:
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        with Refused(RuntimeError, "grad can be implicitly created only for scalar outputs", "[2]"):
            y.backward()

    def test_with_a_gradient_of_another_shape(self) -> None:
        x = torch.ones(2, requires_grad=True)
        y, gradient = x * 2, torch.ones(3)
        with Refused(RuntimeError, "Mismatch in shape: grad_output[0]", "[3]", "[2]"):
            y.backward(gradient)

    def test_from_a_tensor_without_grad(self) -> None:
        x = torch.ones(2).sum()
        with Refused(RuntimeError, "element 0 of tensors does not require grad", "grad_fn"):
            x.backward()

    def test_from_a_result_of_no_grad(self) -> None:
        x = torch.ones(2, requires_grad=True)
        with torch.no_grad():
            y = (x * 2).sum()
        with Refused(RuntimeError, "element 0 of tensors does not require grad", "grad_fn"):
            y.backward()

    def test_a_second_time(self) -> None:
        x = torch.ones(2, requires_grad=True)
        loss = (x * x).sum()
        loss.backward()
        with Refused(RuntimeError, "through the graph a second time", "mul", "retain_graph=True"):
            loss.backward()

    def test_a_second_time_after_a_look(self) -> None:
        x = torch.ones(2, requires_grad=True)
        loss = (x * x).sum()
        assert loss.item() == 2
        loss.backward()
        assert x.grad.tolist() == [2, 2]
        with Refused(RuntimeError, "through the graph a second time", "retain_graph=True"):
            loss.backward()

    def test_an_unused_input(self) -> None:
        x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
        loss = (x * x).sum()
        with Refused(RuntimeError, "at index 0", "not have been used", "allow_unused=True"):
            torch.autograd.grad(loss, y)

    def test_writing_to_a_leaf(self) -> None:
        w = torch.ones(2, requires_grad=True)
        with Refused(RuntimeError, "a leaf Variable that requires grad", "in-place"):
            w += 1

    def test_a_value_overwritten_before_the_backward_pass(self) -> None:
        w, x = torch.ones(2, requires_grad=True), torch.ones(2)
        loss = (w * x).sum()
        assert loss.item() == 2
        x += 1
        with Refused(RuntimeError, "modified by an inplace operation", "version 1", "version 0"):
            loss.backward()

    def test_numpy_of_what_requires_grad(self) -> None:
        w = torch.ones(2, requires_grad=True)
        with Refused(RuntimeError, "Can't call numpy() on Tensor that requires grad", "detach()"):
            w.numpy()


class TestModules:
    def test_a_missing_key(self) -> None:
        layer, state = nn.Linear(2, 1), {"weight": torch.ones(1, 2)}
        with Refused(RuntimeError, "loading state_dict for Linear", "Missing key(s)", '"bias"'):
            layer.load_state_dict(state)

    def test_an_unexpected_key(self) -> None:
        layer = nn.Linear(2, 1, bias=False)
        state = {"weight": torch.ones(1, 2), "wait": torch.ones(1)}
        with Refused(RuntimeError, "loading state_dict for Linear", "Unexpected key(s)", '"wait"'):
            layer.load_state_dict(state)

    def test_another_shape(self) -> None:
        layer, state = nn.Linear(2, 1, bias=False), {"weight": torch.ones(2, 2)}
        with Refused(RuntimeError, "size mismatch for weight", "[2, 2]", "[1, 2]"):
            layer.load_state_dict(state)

    def test_no_mapping(self) -> None:
        layer, state = nn.Linear(2, 1), [torch.ones(1)]
        with Refused(TypeError, "Expected state_dict to be dict-like, got <class 'list'>"):
            layer.load_state_dict(state)

    def test_a_parameter_without_gradient_is_left_alone(self) -> None:
        used, unused = nn.Linear(2, 1), nn.Linear(2, 1)
        before = unused.weight.detach().clone()
        optimizer = optim.Adam([*used.parameters(), *unused.parameters()], lr=0.1)
        used(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        assert unused.weight.grad is None
        assert torch.equal(unused.weight, before)


class TestNotANumber:
    """PyTorch computes with NaN; what it refuses is a target that is no probability."""

    def test_targets_of_a_mean_squared_error(self) -> None:
        x = torch.zeros(2, requires_grad=True)
        loss = F.mse_loss(x, torch.tensor([1.0, math.nan]))
        loss.backward()
        assert math.isnan(loss.item())
        assert x.grad[0].item() == -1.0
        assert math.isnan(x.grad[1].item())

    def test_probabilities_of_a_cross_entropy(self) -> None:
        target = torch.tensor([[1.0, math.nan], [1.0, 0.0]])
        losses = F.cross_entropy(torch.zeros(2, 2), target, reduction="none").tolist()
        assert math.isnan(losses[0])
        assert losses[1] == pytest.approx(math.log(2))

    def test_targets_of_a_binary_cross_entropy(self) -> None:
        x, y = torch.ones(2) / 2, torch.tensor([1.0, math.nan])
        with Refused(RuntimeError, "all elements of target should be between 0 and 1"):
            F.binary_cross_entropy(x, y).item()


class TestRange:
    def test_an_index(self) -> None:
        x = torch.ones(3, 4)
        with Refused(IndexError, "index 5 is out of bounds for dimension 1 with size 4"):
            x[0, 5]

    def test_too_many_indices(self) -> None:
        x = torch.ones(3)
        with Refused(IndexError, "too many indices for tensor of dimension 1"):
            x[0, 0]

    def test_a_dimension(self) -> None:
        x = torch.ones(3)
        with Refused(IndexError, "Dimension out of range", "[-1, 0]", "but got 2"):
            x.sum(dim=2)

    def test_an_index_tensor(self) -> None:
        x, index = torch.ones(3), torch.tensor([0, 5])
        with Refused(IndexError, "index 5 is out of bounds for", "size 3", line="y = x[index]"):
            y = x[index]
            y.tolist()

    def test_an_embedding(self) -> None:
        layer, index = nn.Embedding(3, 2), torch.tensor([0, 5])
        with Refused(IndexError, "index out of range in self", "5", line="y = layer(index)"):
            y = layer(index)
            y.tolist()

    def test_a_label(self) -> None:
        x, y = torch.ones(2, 3), torch.tensor([0, 5])
        with Refused(IndexError, "Target 5 is out of bounds", line="loss = F.cross_entropy(x, y)"):
            loss = F.cross_entropy(x, y)
            loss.item()

    def test_a_label_in_a_training_step(self) -> None:
        """The model stays as it was, and training may go on with other data."""
        layer = nn.Linear(2, 3)
        optimizer = optim.SGD(layer.parameters(), lr=0.1)

        def step(label: int) -> None:
            optimizer.zero_grad()
            loss = F.cross_entropy(layer(torch.ones(1, 2)), torch.tensor([label]))
            loss.backward()
            optimizer.step()

        step(0)
        before = layer.weight.detach().clone().numpy()
        for _ in range(3):
            with pytest.raises(IndexError, match=r"Target 7 is out of bounds") as error:
                step(7)
            assert "loss = F.cross_entropy(" in str(error.value)
            np.testing.assert_array_equal(layer.weight.detach().numpy(), before)
        step(1)
        assert not np.array_equal(layer.weight.detach().numpy(), before)

    def test_gather(self) -> None:
        x, index = torch.ones(2, 2), torch.tensor([[5]])
        with Refused(RuntimeError, "index 5 is out of bounds for dimension 1", line="y = torch.ga"):
            y = torch.gather(x, 1, index)
            y.tolist()


class TestData:
    def test_shuffling_an_empty_dataset(self) -> None:
        with Refused(ValueError, "num_samples should be a positive integer", "num_samples=0"):
            DataLoader([], shuffle=True)

    def test_an_empty_dataset_in_order(self) -> None:
        assert list(DataLoader([])) == []

    def test_an_epoch_without_data(self) -> None:
        assert math.isnan(torch.zeros(0).mean().item())
        with Refused(
            RuntimeError, "max(): Expected reduction dim", cure="Specify the reduction dim"
        ):
            torch.zeros(0).max()

    @pytest.mark.parametrize("size", [0, -1, 1.5])
    def test_batch_sizes(self, size: Any) -> None:
        with Refused(
            ValueError, f"batch_size should be a positive integer value, but got batch_size={size}"
        ):
            DataLoader([1, 2], batch_size=size)

    def test_tensors_of_different_lengths(self) -> None:
        with Refused(AssertionError, "Size mismatch between tensors", "[2, 3]"):
            TensorDataset(torch.ones(2), torch.ones(3))

    def test_lengths_of_a_split(self) -> None:
        with Refused(ValueError, "Sum of input lengths does not equal the length"):
            random_split(range(3), [1, 1])

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with Refused(RuntimeError, "Dataset not found", "download=True", str(tmp_path)):
            MNIST(tmp_path)

    @pytest.mark.parametrize("damage", ["truncated", "foreign"])
    def test_a_corrupt_file(self, tmp_path: Path, damage: str) -> None:
        folder = tmp_path / "MNIST" / "raw"
        folder.mkdir(parents=True)
        write_idx(folder / "train-images-idx3-ubyte", np.zeros((2, 28, 28), np.uint8))
        write_idx(folder / "train-labels-idx1-ubyte", np.zeros(2, np.uint8))
        images = folder / "train-images-idx3-ubyte"
        whole = images.read_bytes()
        images.write_bytes(whole[:-100] if damage == "truncated" else b"not images at all")
        with Refused(ValueError, str(images), "truncated" if damage == "truncated" else "IDX"):
            MNIST(tmp_path)


class TestFiles:
    """More of a full disk and of damage: test_serialization.py; of the command: test_train.py."""

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        path = tmp_path / "nowhere" / "model.pt"
        with Refused(RuntimeError, f"Parent directory {path.parent} does not exist"):
            torch.save({}, path)

    def test_a_folder_that_cannot_be_written_to(self, tmp_path: Path) -> None:
        path = tmp_path / "model.pt"
        path.mkdir()
        with Refused(RuntimeError, f"cannot write {path}", "Is a directory"):
            torch.save({}, path)

    def test_what_is_no_checkpoint(self, tmp_path: Path) -> None:
        path = tmp_path / "model.pt"
        path.write_text("hello")
        with Refused(RuntimeError, f"{path} is not a checkpoint"):
            torch.load(path)
