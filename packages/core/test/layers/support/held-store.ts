/** A store whose `stat` waits until the test answers it. */
import { MemoryStorageBackend, type ObjectInfo, type StatOptions } from '../../../src/index.ts'

export interface HeldCall {
  readonly key: string
  answer(): void
  fail(error: Error): void
}

export class HeldStore extends MemoryStorageBackend {
  /** Calls under way, in the order in which they came. */
  readonly calls: HeldCall[] = []
  /** Keys of all calls that came, in order. */
  readonly seen: string[] = []

  override stat(key: string, _options?: StatOptions): Promise<ObjectInfo> {
    this.seen.push(key)
    return new Promise((resolve, reject) => {
      const leave = (): void => void this.calls.splice(this.calls.indexOf(call), 1)
      const modifiedAt = new Date(0)
      const info = { key, size: 0, etag: '1', modifiedAt, contentType: 'a/b', metadata: {} }
      const call: HeldCall = {
        key,
        answer() {
          leave()
          resolve(info)
        },
        fail(error) {
          leave()
          reject(error)
        },
      }
      this.calls.push(call)
    })
  }
}

/** Lets run what can run without a timer. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}
