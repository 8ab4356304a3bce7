import { type Predictions, tops } from '../experiments/predictions.ts';

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Means over the bin; null where it is empty. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

export interface Calibration {
  readonly bins: readonly Bin[];
  /** Mean of |accuracy − confidence| over bins, by their counts. */
  readonly error: number;
  readonly confidence: number;
  readonly accuracy: number;
}

const binCount = 10;

/**
 * Expected calibration error over ten equal bins of confidence (Guo, Pleiss, Sun, Weinberger, "On calibration of modern
 * neural networks", ICML 2017). Confidence is the largest probability.
 */
export function calibrate(predictions: Predictions): Calibration {
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const { confidence, right } of tops(predictions)) {
    const sum = sums[Math.min(binCount - 1, Math.floor(confidence * binCount))];
    if (!sum) continue;
    sum.count++;
    sum.confidence += confidence;
    sum.right += Number(right);
  }
  const total = Math.max(1, predictions.labels.length);
  const bins = sums.map(({ count, confidence, right }, i) => ({
    from: i / binCount,
    to: (i + 1) / binCount,
    count,
    confidence: count === 0 ? null : confidence / count,
    accuracy: count === 0 ? null : right / count,
  }));
  return {
    bins,
    error: sums.reduce((sum, bin) => sum + Math.abs(bin.right - bin.confidence), 0) / total,
    confidence: sums.reduce((sum, bin) => sum + bin.confidence, 0) / total,
    accuracy: sums.reduce((sum, bin) => sum + bin.right, 0) / total,
  };
}
