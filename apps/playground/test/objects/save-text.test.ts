/** "The code" of a save: the text stands in it while a person would read it there. */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StorageManager } from '@aos-storage/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  savingText,
  type TextToSave,
} from '../../src/screens/objects/web/detail/editor/save-text.ts'
import { type CodeRunner, openCodeRunner } from '../backend/run-code.ts'

let runner: CodeRunner
let storage: StorageManager

beforeAll(async () => {
  runner = await openCodeRunner()
  storage = await StorageManager.open({ storageType: 'file', basePath: runner.store })
})

afterAll(async () => {
  await storage.close()
  await runner.remove()
})

const long: TextToSave = {
  key: "it's/long",
  text: `\uFEFF{"text": "${'é\\r\\n'.repeat(500_000)}"}\r\n`,
  contentType: 'application/json',
  condition: { ifNoneMatch: '*' },
}

describe('the code of a save', () => {
  it('holds a short text', () => {
    const { label, code } = savingText({ ...long, text: '{ "a": 1 }' })
    expect(label).toBe("Create it's/long")
    expect(code).toContain(`const text = '{ "a": 1 }'`)
  })

  it('reads a long one from a file, and saves that under its conditions', async () => {
    const { label, code } = savingText(long)
    expect(label).toBe("Create it's/long")
    expect(code.length).toBeLessThan(1000)
    await writeFile(join(dirname(runner.store), 'the-text.json'), long.text)
    await runner.run(code)
    const body = await storage.readStream(long.key)
    expect(body.info.contentType).toBe('application/json')
    expect((await body.text()) === long.text).toBe(true)
    await expect(runner.run(code)).rejects.toThrow('ALREADY_EXISTS')

    const plain = { ...long, text: 'line\n'.repeat(2000), contentType: 'text/plain' }
    const again = savingText({ ...plain, condition: { ifMatch: body.info.etag } })
    expect(again.label).toBe("Save it's/long")
    await writeFile(join(dirname(runner.store), 'the-text.txt'), plain.text)
    await runner.run(again.code)
    await expect(runner.run(again.code)).rejects.toThrow('PRECONDITION_FAILED')
  })
})
