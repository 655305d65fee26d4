"""Arithmetic over named numbers, which is read from text and never run as Python."""

import ast
import math
import operator
from collections.abc import Callable, Mapping

Number = int | float

_BINARY: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: lambda base, exponent: _power(base, exponent),
}
_UNARY: dict[type[ast.unaryop], Callable[[Number], Number]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_FUNCTIONS: dict[str, Callable[..., Number]] = {
    "abs": abs,
    "exp": math.exp,
    "log": math.log,
    "max": max,
    "min": min,
    "round": round,
    "sqrt": math.sqrt,
}
# A float has no larger numbers, and no smaller one is a trap for who computes it.
_LARGEST_EXPONENT = 1024


def evaluate(expression: str, numbers: Mapping[str, Number]) -> Number:
    """Return what an expression comes to; a whole number is an `int` however it came about.

    Raises `ValueError` where it is not arithmetic or comes to no number, and `KeyError` with the
    name that is not among `numbers`.
    """
    tree = _parse(expression)
    try:
        number = _evaluate(tree, numbers)
        if isinstance(number, complex) or not math.isfinite(number):
            raise ValueError(f"it comes to {number}")
    except ZeroDivisionError:
        raise ValueError("division by zero") from None
    except (OverflowError, RecursionError, TypeError) as error:
        raise ValueError(str(error)) from None
    return int(number) if number == int(number) else number


def check_arithmetic(expression: str) -> None:
    """Raise `ValueError` if an expression computes nothing, whatever its names stand for."""
    tree = _parse(expression)
    if not any(isinstance(node, ast.Name | ast.BinOp) for node in ast.walk(tree)):
        raise ValueError("it computes nothing from anything")


def _parse(expression: str) -> ast.expr:
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
        nodes = list(ast.walk(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError("it is not arithmetic") from None
    functions = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        if isinstance(node, ast.expr) and id(node) not in functions and not _is_arithmetic(node):
            part = ast.get_source_segment(expression.strip(), node)
            raise ValueError(f"'{part}' is no arithmetic")
    return tree


def _is_arithmetic(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=value):
            return type(value) in (int, float)
        case ast.BinOp(op=op):
            return type(op) in _BINARY
        case ast.UnaryOp(op=op):
            return type(op) in _UNARY
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            return name in _FUNCTIONS
        case _:
            return isinstance(node, ast.Name)


def _evaluate(node: ast.expr, numbers: Mapping[str, Number]) -> Number:
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name):
            return numbers[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_evaluate(left, numbers), _evaluate(right, numbers))
        case ast.UnaryOp(op=op, operand=operand):
            return _UNARY[type(op)](_evaluate(operand, numbers))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name](*(_evaluate(argument, numbers) for argument in arguments))
    raise ValueError("it is not arithmetic")


def _power(base: Number, exponent: Number) -> Number:
    if base and abs(exponent) * abs(math.log2(abs(base))) > _LARGEST_EXPONENT:
        raise OverflowError("the power is too large")
    return base**exponent
