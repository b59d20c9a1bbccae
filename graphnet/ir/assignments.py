"""Reads off a line of the user's source which variable the value it computes is assigned to."""

from __future__ import annotations

import ast

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.FloorDiv: "floor_divide",
    ast.Mod: "remainder",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.BitAnd: "bitwise_and",
    ast.BitOr: "bitwise_or",
    ast.BitXor: "bitwise_xor",
    ast.USub: "neg",
    ast.Invert: "bitwise_not",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}


def assigned_name(line: str, operation: str, *, called_away: bool = True) -> str | None:
    """The variable to which ``line`` assigns what its last recorded ``operation`` computed.

    None where that is not certain: in ``y = model(x / 2)`` the line's own last operation may be
    the division, with those of the model at other lines.

    Args:
        line: the source.
        operation: the name of the operation.
        called_away: whether operations of other functions followed those of the line, so that the
            line may have called them.

    >>> assigned_name("e = (a + b) * (b + 1)", "mul")
    'e'
    >>> assigned_name("y = model(x / 2)", "div") is None
    True
    >>> assigned_name("x = self.linear1(x)", "linear")
    'x'
    """
    try:
        body = ast.parse(line).body
    except (SyntaxError, ValueError):
        return None
    match body:
        case [
            ast.Assign(targets=[ast.Name(id=name)], value=expression)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as expression)
        ]:
            certain = isinstance(expression, ast.Call) and not called_away
            return name if certain or _is_last(expression, operation) else None
        case [ast.AugAssign(target=ast.Name(id=name), op=symbol)]:
            return name if _OPERATORS.get(type(symbol)) == operation else None
    return None


def _is_last(expression: ast.expr, operation: str) -> bool:
    """Whether ``operation`` must be the outermost one of ``expression``."""
    match expression:
        case ast.BinOp(op=symbol) | ast.UnaryOp(op=symbol) | ast.Compare(ops=[symbol]):
            return _OPERATORS.get(type(symbol)) == operation
        case ast.Call(func=function, args=arguments, keywords=keywords):
            called = function.attr if isinstance(function, ast.Attribute) else None
            called = function.id if isinstance(function, ast.Name) else called
            inside = [*arguments, *(keyword.value for keyword in keywords)]
            return called == operation or (_is_dotted(function) and all(map(_is_plain, inside)))
        case ast.Subscript(value=indexed, slice=index):
            return _is_plain(indexed) and _is_plain(index)
    return False


def _is_dotted(expression: ast.expr) -> bool:
    """``self.layers.linear1``: what a function is called by, which computes nothing."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return isinstance(expression, ast.Name)


def _is_plain(expression: ast.expr) -> bool:
    """Whether evaluating the expression records no operation."""
    match expression:
        case ast.Name() | ast.Constant():
            return True
        case ast.UnaryOp(operand=ast.Constant()):
            return True
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return all(map(_is_plain, elements))
        case ast.Slice(lower=lower, upper=upper, step=step):
            return all(part is None or _is_plain(part) for part in (lower, upper, step))
    return False
