/** Platt's two parameters: probability = 1 / (1 + exp(-(slope x score + intercept))). */
export interface Calibration {
  /** Factor of the score; positive for a score that grows with the threat. */
  readonly slope: number;
  /** Offset. */
  readonly intercept: number;
}

/** A model score as a probability. */
export function calibrate(score: number, calibration: Calibration): number {
  return 1 /
    (1 + Math.exp(-(calibration.slope * score + calibration.intercept)));
}

/**
 * Fits Platt's parameters by Newton's method, with his smoothed targets, so that separable data give finite ones.
 *
 * @param scores Model scores of records the model was not trained on.
 * @param labels 1 for threats, 0 for others; as long as `scores`.
 * @throws {RangeError} If the lengths differ, or one of the classes is missing.
 * @see J. Platt, Probabilistic Outputs for Support Vector Machines (1999); H.-T. Lin et al., A Note on Platt's
 * Probabilistic Outputs (2007).
 */
export function fitCalibration(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): Calibration {
  const total = scores.length;
  let threats = 0;
  for (let index = 0; index < labels.length; index++) {
    threats += labels[index]! > 0 ? 1 : 0;
  }
  if (labels.length !== total || threats === 0 || threats === total) {
    throw new RangeError(
      `Cannot calibrate: wanted one label for each of ${total} scores and both classes, got ${labels.length} labels with ${threats} threats`,
    );
  }
  const high = (threats + 1) / (threats + 2);
  const low = 1 / (total - threats + 2);
  const target = (index: number) => labels[index]! > 0 ? high : low;
  let slope = 0;
  let intercept = Math.log((threats + 1) / (total - threats + 1));
  let loss = lossOf(scores, target, slope, intercept);
  for (let round = 0; round < 100; round++) {
    let g0 = 0, g1 = 0, h00 = 1e-12, h01 = 0, h11 = 1e-12;
    for (let index = 0; index < total; index++) {
      const score = scores[index]!;
      const p = calibrate(score, { slope, intercept });
      const error = p - target(index);
      const weight = p * (1 - p);
      g0 += error * score;
      g1 += error;
      h00 += weight * score * score;
      h01 += weight * score;
      h11 += weight;
    }
    if (Math.abs(g0) < 1e-9 && Math.abs(g1) < 1e-9) break;
    const det = h00 * h11 - h01 * h01;
    const d0 = -(h11 * g0 - h01 * g1) / det;
    const d1 = -(h00 * g1 - h01 * g0) / det;
    let step = 1;
    let next = lossOf(scores, target, slope + d0, intercept + d1);
    while (!(next < loss) && step > 1e-10) {
      step /= 2;
      next = lossOf(scores, target, slope + step * d0, intercept + step * d1);
    }
    if (!(next < loss)) break;
    slope += step * d0;
    intercept += step * d1;
    loss = next;
  }
  return { slope, intercept };
}

function lossOf(
  scores: ArrayLike<number>,
  target: (index: number) => number,
  slope: number,
  intercept: number,
): number {
  let loss = 0;
  for (let index = 0; index < scores.length; index++) {
    const z = slope * scores[index]! + intercept;
    // log(1 + e^z) - t z, without overflow.
    loss += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) -
      target(index) * z;
  }
  return loss;
}
