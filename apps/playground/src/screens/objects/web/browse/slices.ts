/** Long work in slices, so that the page answers between them. */

/** Work that can be paused wherever it yields. */
export type Work<T> = Generator<undefined, T, undefined>

/** A slice; a frame of 60 Hz has room for it and for drawing. */
const sliceMs = 6

/**
 * Does `work`, the first slice at once, so that little work is done when this returns. Returns a
 * function that gives it up; `done` is not called then.
 */
export function inSlices<T>(work: Work<T>, done: (result: T) => void): () => void {
  const { port1, port2 } = new MessageChannel()
  let isOver = false
  const end = (): void => {
    isOver = true
    port1.close()
  }
  const slice = (): void => {
    const until = performance.now() + sliceMs
    while (!isOver) {
      const step = work.next()
      if (step.done === true) {
        end()
        done(step.value)
        return
      }
      // Timers of a page wait longer and longer; a message comes as soon as it can.
      if (performance.now() >= until) {
        port2.postMessage(0)
        return
      }
    }
  }
  port1.addEventListener('message', slice)
  port1.start()
  slice()
  return end
}
