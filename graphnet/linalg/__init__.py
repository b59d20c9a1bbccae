"""``torch.linalg``: norms, factorisations, inverses and solutions.

Matrices are the last two dimensions of a tensor; the others are a stack of them.

>>> import graphnet as torch
>>> torch.linalg.norm(torch.tensor([3.0, 4.0]))
tensor(5.)
"""

from graphnet.functions.linalg import matmul
from graphnet.functions.outputs import take_out
from graphnet.functions.square_matrices import det, matrix_power
from graphnet.functions.square_matrices import inverse as inv
from graphnet.linalg.factorisation import (
    cholesky,
    cholesky_ex,
    eig,
    eigh,
    eigvals,
    eigvalsh,
    householder_product,
    ldl_factor,
    ldl_factor_ex,
    lu,
    lu_factor,
    lu_factor_ex,
    qr,
    slogdet,
    svd,
    svdvals,
)
from graphnet.linalg.norms import cond, matrix_norm, matrix_rank, norm, vector_norm
from graphnet.linalg.products import (
    cross,
    diagonal,
    matrix_exp,
    multi_dot,
    tensorinv,
    tensorsolve,
    vander,
    vecdot,
)
from graphnet.linalg.solution import (
    inv_ex,
    ldl_solve,
    lstsq,
    lu_solve,
    pinv,
    solve,
    solve_ex,
    solve_triangular,
)
from graphnet.ops.linalg import LinAlgError

__all__ = [
    "LinAlgError",
    "cholesky",
    "cholesky_ex",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "householder_product",
    "inv",
    "inv_ex",
    "ldl_factor",
    "ldl_factor_ex",
    "ldl_solve",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_factor_ex",
    "lu_solve",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_ex",
    "solve_triangular",
    "svd",
    "svdvals",
    "tensorinv",
    "tensorsolve",
    "vander",
    "vecdot",
    "vector_norm",
]

take_out(globals(), {*__all__} - {"LinAlgError", "diagonal", "matrix_exp", "vander"})
