import { expect, it } from 'vitest'
import type { TextSink } from '../src/io.ts'
import { Output, ReaderGone } from '../src/output/output.ts'

function outputThatFails(code: string): Output {
  const sink: TextSink = {
    write: (_, done) => {
      done(Object.assign(new Error('write'), { code }))
      return false
    },
  }
  return new Output(sink, sink, { json: false, quiet: false })
}

it('tells a full disk behind standard output in words', async () => {
  await expect(outputThatFails('ENOSPC').bytes('x')).rejects.toMatchObject({
    ...{ name: 'CommandFailure', message: 'standard output: the disk is full', exitCode: 1 },
  })
})

it.each(['EPIPE', 'ERR_STREAM_DESTROYED'])('knows by %s that the reader has gone', async (code) => {
  await expect(outputThatFails(code).bytes('x')).rejects.toBeInstanceOf(ReaderGone)
})
