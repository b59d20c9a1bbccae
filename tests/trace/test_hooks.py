"""Hooks on gradients."""

from __future__ import annotations

import pytest

import graphnet as torch


def test_a_hook_sees_and_replaces_a_gradient_in_every_pass():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = []
    for _ in range(4):
        x.grad = None
        h = x * 3
        h.register_hook(lambda g: seen.append(g.tolist()) or g * 2)
        (h * h).sum().backward()
        assert x.grad.tolist() == [36.0, 72.0]
    assert seen == [[6.0, 12.0]] * 4


def test_hooks_on_one_path_build_on_each_other():
    x = torch.tensor(1.0, requires_grad=True)
    order = []
    for _ in range(3):
        a = x * 2
        b = a * 3
        a.register_hook(lambda g: order.append(("a", g.item())) or g + 1)
        b.register_hook(lambda g: order.append(("b", g.item())) or g * 10)
        x.grad = None
        (b * 5).backward()
        assert x.grad.item() == (50 * 3 + 1) * 2
    assert order == [("b", 5.0), ("a", 150.0)] * 3


def test_a_hook_sees_the_sum_of_all_uses():
    x = torch.tensor(2.0, requires_grad=True)
    seen = []
    x.register_hook(lambda g: seen.append(g.item()))
    (x * x + 3 * x).backward()
    assert seen == [7.0]
    assert x.grad.item() == 7.0


def test_several_hooks_of_one_tensor_run_in_order():
    x = torch.tensor(1.0, requires_grad=True)
    x.register_hook(lambda g: g + 1)
    x.register_hook(lambda g: g * 10)
    (x * 1).backward()
    assert x.grad.item() == 20.0


def test_a_removed_hook_is_not_called():
    x = torch.tensor(1.0, requires_grad=True)
    handle = x.register_hook(lambda g: g * 100)
    handle.remove()
    (x * 2).backward()
    assert x.grad.item() == 2.0


def test_hooks_work_across_a_look():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    h = x.exp()
    h.register_hook(lambda g: g * 0)
    loss = (h * x).sum()
    loss.item()
    loss.backward()
    assert x.grad.tolist() == pytest.approx([2.7182817, 7.389056])


def test_hooks_serve_autograd_grad_too():
    x = torch.tensor(3.0, requires_grad=True)
    h = x * x
    h.register_hook(lambda g: g * 2)
    (g,) = torch.autograd.grad(h * 1, x)
    assert g.item() == 12.0


def test_a_hook_after_accumulation():
    x = torch.tensor(3.0, requires_grad=True)
    seen = []
    handle = x.register_post_accumulate_grad_hook(lambda leaf: seen.append(leaf.grad.item()))
    (x * x).backward()
    (x * x).backward()
    handle.remove()
    (x * x).backward()
    assert seen == [6.0, 12.0]


def test_hooks_need_a_gradient():
    with pytest.raises(RuntimeError, match="doesn't require gradient"):
        torch.tensor(1.0).register_hook(print)
    x = torch.tensor(1.0, requires_grad=True)
    with pytest.raises(RuntimeError, match="non-leaf"):
        (x * 2).register_post_accumulate_grad_hook(print)


@pytest.mark.parametrize("look", [False, True])
def test_a_hook_outlives_the_name_of_its_tensor(look):
    x = torch.tensor(2.0, requires_grad=True)

    def forward():
        h = x * 2
        h.register_hook(lambda g: g * 10)
        return (h * 3).sum()

    for _ in range(3):
        x.grad = None
        loss = forward()
        if look:
            loss.item()
        loss.backward()
        assert x.grad.item() == 60.0


def test_tensors_with_hooks_are_let_go():
    import gc
    from weakref import ref

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    gc.disable()
    try:
        for look in (False, True):
            h = x * 2
            h.register_hook(lambda g: g)
            watched = ref(h)
            loss = h.sum()
            del h
            if look:
                loss.item()
            loss.backward()
            x.grad.tolist()
            del loss
            assert watched() is None
    finally:
        gc.enable()
