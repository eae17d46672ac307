/**
 * A log-linear histogram of durations: each doubling is cut into 16 equal buckets.
 *
 * Invariant: bounded memory (464 counters), and a quantile is at most 1/32 (3.2 %) off for
 * durations of 16 microseconds and more, at most half a microsecond below.
 */

const subBuckets = 16
const subBucketBits = 4
/** Durations are cut at 2^32 microseconds, 71 minutes. */
const octaves = 32 - subBucketBits

/** Counts durations and answers quantiles. */
export class Histogram {
  readonly #counts = new Float64Array(subBuckets * (octaves + 1))
  #count = 0
  #sumMs = 0
  #maxMs = 0

  get count(): number {
    return this.#count
  }

  get sumMs(): number {
    return this.#sumMs
  }

  /** Exact. */
  get maxMs(): number {
    return this.#maxMs
  }

  add(durationMs: number): void {
    this.#count++
    this.#sumMs += durationMs
    this.#maxMs = Math.max(this.#maxMs, durationMs)
    const bucket = bucketOf(durationMs * 1000)
    this.#counts[bucket] = this.#counts[bucket]! + 1
  }

  /** Counts what the other one counted, too. */
  absorb(other: Histogram): void {
    this.#count += other.#count
    this.#sumMs += other.#sumMs
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs)
    other.#counts.forEach((count, bucket) => {
      this.#counts[bucket] = this.#counts[bucket]! + count
    })
  }

  /** The duration that the share `q` (0 to 1) of all did not exceed, in ms; 0 when empty. */
  quantileMs(q: number): number {
    const rank = Math.ceil(q * this.#count)
    let seen = 0
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      seen += this.#counts[bucket]!
      if (seen >= rank && seen > 0) return Math.min(middleUs(bucket) / 1000, this.#maxMs)
    }
    return 0
  }
}

function bucketOf(us: number): number {
  const whole = Math.min(0xffff_ffff, Math.max(0, Math.floor(us)))
  if (whole < subBuckets) return whole
  const octave = 31 - Math.clz32(whole) - subBucketBits
  return (octave + 1) * subBuckets + ((whole >>> octave) & (subBuckets - 1))
}

function middleUs(bucket: number): number {
  if (bucket < subBuckets) return bucket + 0.5
  const octave = Math.floor(bucket / subBuckets) - 1
  return (subBuckets + (bucket % subBuckets) + 0.5) * 2 ** octave
}
