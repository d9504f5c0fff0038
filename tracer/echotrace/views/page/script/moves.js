// The ways between steps. Each is a bisection of the positions that the filter takes.

/**
 * How many of ascending numbers are less than `number`.
 * @param {ArrayLike<number>} numbers
 * @param {number} number
 * @returns {number}
 */
export function below(numbers, number) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The chosen position after `at`, or the last one.
 * @param {ArrayLike<number>} chosen
 * @param {number} at
 */
export function next(chosen, at) {
  return chosen[Math.min(below(chosen, at + 1), chosen.length - 1)] ?? at;
}

/**
 * The chosen position before `at`, or the first one.
 * @param {ArrayLike<number>} chosen
 * @param {number} at
 */
export function previous(chosen, at) {
  return chosen[Math.max(below(chosen, at) - 1, 0)] ?? at;
}

/**
 * The chosen position at `at` or, if that is not chosen, the nearest one before it, or the first.
 * @param {ArrayLike<number>} chosen
 * @param {number} at
 */
export function nearest(chosen, at) {
  return chosen[Math.max(below(chosen, at + 1) - 1, 0)] ?? at;
}

/**
 * The first chosen position.
 * @param {ArrayLike<number>} chosen
 * @param {number} at
 */
export function first(chosen, at) {
  return chosen[0] ?? at;
}

/**
 * The last chosen position.
 * @param {ArrayLike<number>} chosen
 * @param {number} at
 */
export function last(chosen, at) {
  return chosen[chosen.length - 1] ?? at;
}

/**
 * The chosen position `count` steps after `at`, before it if negative, or that at the end.
 * @param {ArrayLike<number>} chosen
 * @param {number} at
 * @param {number} count
 */
export function further(chosen, at, count) {
  const from = count < 0 ? below(chosen, at) : below(chosen, at + 1) - 1;
  return chosen[Math.max(0, Math.min(from + count, chosen.length - 1))] ?? at;
}

/**
 * The nearest chosen position after `at`, or before it, that is in the same course; else `at`.
 * @param {ArrayLike<number>} chosen
 * @param {number} at
 * @param {1 | -1} direction
 * @param {(position: number) => number} course what a position belongs to
 */
export function along(chosen, at, direction, course) {
  const wanted = course(at);
  let index = direction > 0 ? below(chosen, at + 1) : below(chosen, at) - 1;
  while (index in chosen && course(chosen[index]) !== wanted) index += direction;
  return chosen[index] ?? at;
}
