/** Bytes and numbers that look like trained weights, and are the same in every folder. */

/** Numbers in [0, 1), by a linear congruence (Numerical Recipes, 7.1). */
export function noise(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Weights around zero. */
export function weights(count: number, seed: number): Float32Array {
  const next = noise(seed)
  return Float32Array.from({ length: count }, () => (next() + next() + next() - 1.5) * 0.04)
}

/** As a stream, chunk by chunk. */
export function* weightChunks(bytes: number, seed: number): Generator<Uint8Array> {
  const chunkBytes = 64 * 1024
  for (let at = 0; at < bytes; at += chunkBytes) {
    const count = Math.min(chunkBytes, bytes - at) / 4
    yield new Uint8Array(weights(count, seed + at).buffer)
  }
}
