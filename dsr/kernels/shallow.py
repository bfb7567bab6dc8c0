"""Forward and backward pass of the shallow PLRNN under teacher forcing, over a whole batch.

The model is ``F(z, u) = A*z + W1 phi(W2 z + h2) + h1 + C u`` (Hess et al., ICML 2023, eq. 2) or its
clipped form with ``phi(W2 z + h2) - phi(W2 z)``; ``u`` are external inputs. All arrays are laid out
``[time, sequence, unit]``: each step of the time loop is then one small matrix product on
contiguous memory, and the weight gradients are large products over all steps at once, after it.

Parameters travel as one flat vector ``theta = [A, W1, W2, h1, h2, L, C]`` (row-major), so that the
optimiser is one loop; ``L`` (shape ``(M - N, N)``) starts the unobserved latent states.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def parameter_count(latent: int, hidden: int, observed: int, inputs: int = 0) -> int:
    """Length of ``theta`` for M states, H hidden units, N observed variables and K inputs."""
    unseen = (latent - observed) * observed
    return 2 * latent + hidden + 2 * latent * hidden + unseen + latent * inputs


@njit(cache=True)
def shallow_gradient(
    theta: Floats,
    gradient: Floats,
    windows: Floats,
    targets: Floats,
    keep: Floats,
    inputs: Floats,
    hidden: int,
    observed: int,
    clipped: bool,
    forced: Floats,
    hinge: Floats,
    active: Floats,
    adjoint: Floats,
) -> float:
    """Mean squared error of a batch of windows and its gradient with respect to ``theta``.

    Parameters
    ----------
    theta, gradient : arrays, (P,)
        Parameters, and where the gradient is written.
    windows : array, (T + 1, S, M)
        Data windows, one per sequence, that start and force the states; columns from
        ``observed`` on are padding.
    targets : array, (T + 1, S, M)
        What the predictions are compared with; usually ``windows`` itself.
    keep : array, (1 or T, S * M)
        Diagonal of ``K_t``: the share of the prediction that survives forcing, ``1 - alpha`` on
        forced units and 1 elsewhere. One row stands for all times.
    inputs : array, (T, S, K)
        External inputs beside the states that the steps start from; K = 0 for none.
    hidden, observed, clipped
        Number of hidden units H, of observed variables N, and the form of the model.
    forced : array, (T + 1, S, M)
        Work space; on return the forced states ``z~_t``.
    hinge, active : arrays, (T, S, H)
        Work space.
    adjoint : array, (T, S, M)
        Work space.

    Returns
    -------
    float
        Mean over times, sequences and observed variables of ``(z_t - x_t)^2``.
    """
    steps = windows.shape[0] - 1
    sequences = windows.shape[1]
    latent = windows.shape[2]
    unseen = latent - observed
    driving = inputs.shape[2]
    w1_end = latent + latent * hidden
    w2_end = w1_end + hidden * latent
    h1_end = w2_end + latent
    h2_end = h1_end + hidden
    L_end = h2_end + unseen * observed
    A = theta[:latent]
    W1 = theta[latent:w1_end].reshape(latent, hidden)
    W2 = theta[w1_end:w2_end].reshape(hidden, latent)
    h1 = theta[w2_end:h1_end]
    h2 = theta[h1_end:h2_end]
    L = theta[h2_end:L_end].reshape(unseen, observed)
    W1T = np.ascontiguousarray(W1.T)
    W2T = np.ascontiguousarray(W2.T)

    zero = theta.dtype.type(0)
    one = theta.dtype.type(1)
    wide = sequences * hidden
    narrow = sequences * latent
    h2_row = np.empty(wide, theta.dtype)
    A_row = np.empty(narrow, theta.dtype)
    h1_row = np.empty(narrow, theta.dtype)
    seen_row = np.zeros(narrow, theta.dtype)
    for s in range(sequences):
        h2_row[s * hidden : (s + 1) * hidden] = h2
        A_row[s * latent : (s + 1) * latent] = A
        h1_row[s * latent : (s + 1) * latent] = h1
        seen_row[s * latent : s * latent + observed] = one

    # Forward: predictions enter the loss before they are forced.
    for s in range(sequences):
        for i in range(observed):
            forced[0, s, i] = windows[0, s, i]
        for j in range(unseen):
            value = zero
            for i in range(observed):
                value += L[j, i] * windows[0, s, i]
            forced[0, s, observed + j] = value
    rows = keep.shape[0]
    product = np.empty((sequences, latent), theta.dtype)
    product_flat = product.reshape(-1)
    push = np.zeros((steps if driving else 1, narrow), theta.dtype)
    if driving:
        CT = np.ascontiguousarray(theta[L_end:].reshape(latent, driving).T)
        np.dot(
            inputs.reshape(steps * sequences, driving), CT, push.reshape(steps * sequences, latent)
        )
    for t in range(steps):
        np.dot(forced[t], W2T, hinge[t])
        v = hinge[t].reshape(-1)
        f = active[t].reshape(-1)
        if clipped:
            for i in range(wide):
                f[i] = max(v[i] + h2_row[i], zero) - max(v[i], zero)
        else:
            for i in range(wide):
                f[i] = max(v[i] + h2_row[i], zero)
        np.dot(active[t], W1T, product)
        if driving:
            for i in range(narrow):
                product_flat[i] += push[t, i]
        before = forced[t].reshape(-1)
        after = forced[t + 1].reshape(-1)
        data = windows[t + 1].reshape(-1)
        goal = targets[t + 1].reshape(-1)
        error = adjoint[t].reshape(-1)
        k = keep[t % rows]
        for i in range(narrow):
            z = A_row[i] * before[i] + product_flat[i] + h1_row[i]
            error[i] = (z - goal[i]) * seen_row[i]
            after[i] = z - (one - k[i]) * (z - data[i]) * seen_row[i]

    # Backward: adjoint[t] becomes dLoss/dz_t, hinge[t] the adjoint of W2 z.
    loss = 0.0
    scale = theta.dtype.type(2.0 / (steps * sequences * observed))
    lam = np.zeros((sequences, latent), theta.dtype)
    lam_flat = lam.reshape(-1)
    grad_h1 = np.zeros(narrow, theta.dtype)
    grad_A = np.zeros(narrow, theta.dtype)
    grad_h2 = np.zeros(wide, theta.dtype)
    for t in range(steps - 1, -1, -1):
        d = adjoint[t].reshape(-1)
        before = forced[t].reshape(-1)
        k = keep[t % rows]
        total = 0.0
        for i in range(narrow):
            e = d[i]
            total += e * e
            q = (one - (one - k[i]) * seen_row[i]) * lam_flat[i] + scale * e
            d[i] = q
            grad_h1[i] += q
            grad_A[i] += q * before[i]
        loss += total
        v = hinge[t].reshape(-1)
        if clipped:
            # v is still needed for its sign, so the product goes beside it first.
            back = np.dot(adjoint[t], W1).reshape(-1)
            for i in range(wide):
                q = back[i] if v[i] + h2_row[i] > zero else zero
                grad_h2[i] += q
                v[i] = q - (back[i] if v[i] > zero else zero)
        else:
            np.dot(adjoint[t], W1, hinge[t])
            f = active[t].reshape(-1)
            for i in range(wide):
                q = v[i] if f[i] > zero else zero
                v[i] = q
                grad_h2[i] += q
        np.dot(hinge[t], W2, lam)
        for i in range(narrow):
            lam_flat[i] += A_row[i] * d[i]

    flat = steps * sequences
    gradient[:] = zero
    np.dot(
        adjoint.reshape(flat, latent).T,
        active.reshape(flat, hidden),
        gradient[latent:w1_end].reshape(latent, hidden),
    )
    np.dot(
        hinge.reshape(flat, hidden).T,
        forced[:steps].reshape(flat, latent),
        gradient[w1_end:w2_end].reshape(hidden, latent),
    )
    if driving:
        np.dot(
            adjoint.reshape(flat, latent).T,
            inputs.reshape(flat, driving),
            gradient[L_end:].reshape(latent, driving),
        )
    for s in range(sequences):
        for m in range(latent):
            gradient[m] += grad_A[s * latent + m]
            gradient[w2_end + m] += grad_h1[s * latent + m]
        for h in range(hidden):
            gradient[h1_end + h] += grad_h2[s * hidden + h]
        for j in range(unseen):
            for i in range(observed):
                gradient[h2_end + j * observed + i] += lam[s, observed + j] * windows[0, s, i]
    return float(loss / (flat * observed))


@njit(cache=True)
def mean_log_jacobian_norm(
    theta: Floats, states: Floats, stride: int, hidden: int, clipped: bool
) -> Floats:
    """Mean over time of ``log ||J(z_t)||`` (spectral norm) for each sequence.

    Parameters
    ----------
    theta : array, (P,)
        Parameters.
    states : array, (T, S, M)
        Where the Jacobians are taken; every ``stride``-th time is used.
    stride, hidden, clipped
        Step between the times used, number of hidden units, form of the model.

    Returns
    -------
    array, (S,), float64

    Notes
    -----
    The largest eigenvalue of ``J'J`` comes from the Rayleigh quotient of the dominant column of
    ``(J'J)^64`` (six squarings), exact unless the two largest singular values nearly coincide,
    where either is as good.
    """
    times, sequences, latent = states.shape
    w1_end = latent + latent * hidden
    w2_end = w1_end + hidden * latent
    h1_end = w2_end + latent
    J = np.empty((latent, latent))
    transposed = np.empty((latent, latent))
    gram = np.empty((latent, latent))
    result = np.zeros(sequences)
    used = 0
    for t in range(0, times, stride):
        used += 1
        for s in range(sequences):
            for i in range(latent):
                for j in range(latent):
                    J[i, j] = 0.0
                J[i, i] = theta[i]
            for h in range(hidden):
                v = 0.0
                for m in range(latent):
                    v += theta[w1_end + h * latent + m] * states[t, s, m]
                sign = 1.0 if v + theta[h1_end + h] > 0.0 else 0.0
                if clipped and v > 0.0:
                    sign -= 1.0
                if sign != 0.0:
                    for i in range(latent):
                        w = sign * theta[latent + i * hidden + h]
                        for j in range(latent):
                            J[i, j] += w * theta[w1_end + h * latent + j]
            transposed[:] = J.T
            _multiply(transposed, J, gram)
            result[s] += 0.5 * np.log(max(top_eigenvalue(gram), 1e-300))
    return result / used


@njit(cache=True)
def top_eigenvalue(gram: Floats) -> float:
    """Largest eigenvalue of a symmetric positive semi-definite matrix, by repeated squaring."""
    size = gram.shape[0]
    trace = np.trace(gram)
    if not (0.0 < trace < np.inf):
        return float(trace)
    power = gram / trace
    square = np.empty_like(power)
    for _ in range(6):
        _multiply(power, power, square)
        power[:] = square / np.trace(square)
    column = 0
    for j in range(1, size):
        if power[j, j] > power[column, column]:
            column = j
    above = 0.0
    below = 0.0
    for i in range(size):
        image = 0.0
        for j in range(size):
            image += gram[i, j] * power[j, column]
        above += power[i, column] * image
        below += power[i, column] * power[i, column]
    return float(above / below)


@njit(cache=True)
def _multiply(a: Floats, b: Floats, out: Floats) -> None:
    """Matrix product; small ones by hand, since a library call costs more than they do."""
    size = a.shape[0]
    if size > 8:
        np.dot(a, b, out)
        return
    for i in range(size):
        for j in range(size):
            total = 0.0
            for k in range(size):
                total += a[i, k] * b[k, j]
            out[i, j] = total
