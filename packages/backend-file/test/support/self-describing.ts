/**
 * Bodies that say which write they come from: a number, and every byte follows from it, so that a
 * torn, cut or mixed body is told from a whole one. JSON text, because some content types want it.
 */
const head = /^\{"n":(\d+),"pad":"/

/** Shortest body, in bytes. */
const bodyBytesMin = 40

/** The body of write `n`, `bytes` long. */
export function bodyOf(n: number, bytes: number): Buffer {
  const body = Buffer.alloc(Math.max(bytes, bodyBytesMin), `${n}.`)
  body.write(`{"n":${n},"pad":"`)
  body.write('"}\n', body.byteLength - 3)
  return body
}

/** The number of the write that a body comes from. @throws Error for a body that is not whole. */
export function numberOf(body: Uint8Array): number {
  const match = head.exec(Buffer.from(body.buffer, body.byteOffset, 40).toString('latin1'))
  if (match === null)
    throw new Error(`no body of ours: ${Buffer.from(body).toString('latin1', 0, 60)}`)
  const n = Number(match[1])
  if (!bodyOf(n, body.byteLength).equals(body)) {
    throw new Error(`${body.byteLength} bytes that begin as write ${n} are torn or mixed`)
  }
  return n
}
