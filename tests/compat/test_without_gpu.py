"""What programs ask of GPUs, mixed precision and the like, answered as on a machine without any."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

import graphnet as torch
from graphnet.errors import AutogradError, NotSupportedError


@pytest.mark.parametrize(
    "ask",
    [
        torch.cuda.is_available,
        torch.cuda.is_initialized,
        torch.cuda.is_bf16_supported,
        torch.backends.cudnn.is_available,
        torch.backends.mps.is_available,
        torch.backends.mps.is_built,
        torch.backends.cuda.is_built,
        torch.mps.is_available,
        torch.xpu.is_available,
        torch.accelerator.is_available,
        torch.distributed.is_available,
        torch.distributed.is_initialized,
    ],
)
def test_nothing_is_there(ask: Any) -> None:
    assert ask() is False


def test_there_is_one_device() -> None:
    assert torch.cuda.device_count() == torch.accelerator.device_count() == 0
    assert torch.accelerator.current_accelerator() is None
    assert torch.cpu.is_available()
    assert torch.get_default_device() == torch.device("cpu")
    torch.set_default_device("cpu")
    torch.set_default_device(None)
    with torch.device("cpu"):
        assert torch.ones(1).is_cpu
    assert not torch.ones(1).is_cuda


@pytest.mark.parametrize(
    ("device", "kind", "problem"),
    [
        ("cuda", AssertionError, "Torch not compiled with CUDA enabled"),
        ("cuda:1", AssertionError, "Torch not compiled with CUDA enabled"),
        ("mps", RuntimeError, "PyTorch is not linked with support for mps devices"),
        ("gpu", RuntimeError, "Expected one of cpu, cuda"),
        ("cuda:x", RuntimeError, "Invalid device string: 'cuda:x'"),
        (0, RuntimeError, "Cannot access accelerator device when none is available"),
    ],
)
def test_other_devices_are_refused(device: Any, kind: type[Exception], problem: str) -> None:
    for attempt in (
        lambda: torch.ones(1, device=device),
        lambda: torch.ones(1).to(device),
        lambda: torch.nn.Linear(1, 1).to(device),
        lambda: torch.set_default_device(device),
    ):
        with pytest.raises(kind, match=problem):
            attempt()


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (torch.cuda.current_device, AssertionError),
        (torch.cuda.synchronize, AssertionError),
        (torch.cuda.get_device_name, AssertionError),
        (torch.cuda.Event, RuntimeError),
        (torch.cuda.device(0).__enter__, RuntimeError),
        (torch.cuda.FloatTensor, TypeError),
        (torch.mps.synchronize, RuntimeError),
        (torch.accelerator.synchronize, RuntimeError),
        (torch.distributed.get_rank, ValueError),
        (torch.distributed.init_process_group, NotImplementedError),
        (torch.jit.load, NotImplementedError),
        (torch.hub.load, NotImplementedError),
        (torch.onnx.export, NotImplementedError),
        (torch.onnx.register_custom_op_symbolic, NotImplementedError),
    ],
)
def test_what_needs_more_is_refused(call: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        call()


def test_seeds_and_settings_are_taken() -> None:
    torch.cuda.manual_seed_all(1)
    torch.cuda.empty_cache()
    assert torch.cuda.max_memory_allocated() == 0
    assert torch.cuda.get_rng_state_all() == []
    cudnn = torch.backends.cudnn
    with cudnn.flags(enabled=False, deterministic=True):
        assert (cudnn.enabled, cudnn.deterministic) == (False, True)
    assert (cudnn.enabled, cudnn.deterministic) == (True, False)
    torch.use_deterministic_algorithms(True, warn_only=True)
    assert torch.get_deterministic_debug_mode() == 1
    torch.use_deterministic_algorithms(False)
    assert not torch.are_deterministic_algorithms_enabled()
    torch.set_float32_matmul_precision("high")
    assert torch.get_float32_matmul_precision() == "high"
    torch.set_float32_matmul_precision("highest")
    with pytest.raises(ValueError, match="the precision is one of"):
        torch.set_float32_matmul_precision("low")


def test_old_types_make_tensors_and_recognise_them() -> None:
    assert torch.LongTensor([1.5]).tolist() == [1]
    assert torch.DoubleTensor(2, 3).dtype is torch.float64
    x = torch.ones(2)
    assert isinstance(x, torch.FloatTensor)
    assert not isinstance(x, torch.DoubleTensor)
    assert not isinstance(x, torch.cuda.FloatTensor)
    assert x.type(torch.LongTensor).dtype is torch.int64
    with pytest.raises(TypeError, match=r"expected a tensor of torch\.int64"):
        torch.LongTensor(x)


def test_the_default_type_is_a_default_dtype() -> None:
    with pytest.warns(UserWarning, match="deprecated"):
        torch.set_default_tensor_type(torch.DoubleTensor)
    try:
        assert torch.ones(1).dtype is torch.float64
    finally:
        torch.set_default_dtype(torch.float32)
    with (
        pytest.warns(UserWarning, match="deprecated"),
        pytest.raises(TypeError, match="not available"),
    ):
        torch.set_default_tensor_type("torch.cuda.FloatTensor")


def test_variables_are_tensors() -> None:
    x = torch.ones(2)
    variable = torch.autograd.Variable(x, requires_grad=True)
    assert isinstance(variable, torch.autograd.Variable)
    assert isinstance(variable, torch.Tensor)
    (variable * 2).sum().backward()
    assert variable.grad.tolist() == [2.0, 2.0]
    x[0] = 5.0
    assert variable.tolist() == [5.0, 1.0]


def test_what_would_be_compiled_stays_itself() -> None:
    def double(x: Any) -> Any:
        return x * 2

    layer = torch.nn.Linear(2, 2)
    assert torch.compile(layer) is layer
    assert torch.compile(mode="max-autotune")(double) is double
    assert torch.jit.script(double) is double
    assert torch.jit.trace(layer, torch.ones(1, 2)) is layer
    assert torch.compiler.disable(double) is double


def test_data_parallel_calls_the_module() -> None:
    layer = torch.nn.Linear(3, 2)
    parallel = torch.nn.DataParallel(layer, device_ids=[0, 1])
    x = torch.ones(4, 3)
    assert torch.equal(parallel(x), layer(x))
    assert parallel.module is layer
    with pytest.raises(ValueError, match="process group has not been initialized"):
        torch.nn.parallel.DistributedDataParallel(layer)


def test_checkpoints_are_calls() -> None:
    x = torch.ones(2, requires_grad=True)
    checkpoint = torch.utils.checkpoint.checkpoint
    checkpoint(lambda a, b: a * b, x, b=3, use_reentrant=False).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]
    with pytest.warns(UserWarning, match="use_reentrant"):
        checkpoint(torch.exp, x)


def test_autocast_shortens_products_on_the_cpu_alone() -> None:
    pytest.importorskip("ml_dtypes")
    x = torch.ones(2, 2, requires_grad=True)
    layer = torch.nn.Linear(2, 2)
    with torch.autocast("cpu"):
        assert torch.is_autocast_enabled("cpu")
        assert (x @ x).dtype is layer(x).dtype is torch.bfloat16
        assert (x + x).dtype is torch.float32
        assert (x.double() @ x.double()).dtype is torch.float64
        with torch.autocast("cpu", enabled=False):
            assert (x @ x).dtype is torch.float32
        with torch.autocast("cpu", torch.float16):
            assert (x @ x).dtype is torch.float16
        assert (x @ x).dtype is torch.bfloat16
        layer(x).float().sum().backward()
    assert (x @ x).dtype is torch.float32
    assert layer.weight.grad.dtype is torch.float32
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with torch.cuda.amp.autocast():
            assert (x @ x).dtype is torch.float32
    assert [each.category for each in caught] == [FutureWarning, UserWarning]


def test_a_scaler_for_cuda_is_switched_off() -> None:
    with pytest.warns(UserWarning, match="CUDA is not available"):
        scaler = torch.amp.GradScaler()
    assert not scaler.is_enabled()
    x = torch.ones(1)
    assert scaler.scale(x) is x
    assert scaler.get_scale() == 1.0
    assert scaler.state_dict() == {}


def test_a_scaler_leaves_infinite_steps_out() -> None:
    w = torch.ones(2, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.5)
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
    for factor, expected, scale in ((1, 0.5, 8.0), (float("inf"), 0.5, 4.0), (1, 0.0, 4.0)):
        optimizer.zero_grad()
        scaler.scale((w * factor).sum()).backward()
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        with pytest.raises(AutogradError, match="already been called"):
            scaler.step(optimizer)
        scaler.update()
        assert w.tolist() == [expected, expected]
        assert scaler.get_scale() == scale
    optimizer.zero_grad()
    scaler.scale(w.sum()).backward()
    scaler.step(optimizer)
    scaler.update()
    assert scaler.get_scale() == 8.0
    other = torch.amp.GradScaler("cpu")
    other.load_state_dict(scaler.state_dict())
    assert other.get_scale() == 8.0


def test_weights_from_the_net_are_refused() -> None:
    with pytest.raises(NotSupportedError, match="reads no weights"):
        torch.utils.model_zoo.load_url("somewhere")


def test_kernels_may_be_chosen_where_there_is_one() -> None:
    attention = torch.nn.attention
    q = torch.ones(1, 2, 4)
    plain = torch.nn.functional.scaled_dot_product_attention(q, q, q)
    with attention.sdpa_kernel([attention.SDPBackend.FLASH_ATTENTION, attention.SDPBackend.MATH]):
        assert torch.equal(torch.nn.functional.scaled_dot_product_attention(q, q, q), plain)
    with (
        pytest.raises(ValueError, match="members of SDPBackend"),
        attention.sdpa_kernel(["math"]),  # type: ignore[list-item]  # that is the mistake
    ):
        pass
