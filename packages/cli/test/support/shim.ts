/**
 * `aos-storage` for shells of a test: a program that hands its words to this process, where they
 * run, and gives back what came of it. So that a page of examples does not load the sources anew
 * for each line.
 */
import { chmod, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { run, type TemporaryFolder } from './run.ts'

interface Call {
  readonly args: readonly string[]
  readonly cwd: string
  readonly stdin: string
}

const client = (socket: string): string => `const { connect } = require('node:net')
const chunks = []
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
  const stdin = Buffer.concat(chunks).toString('base64')
  const call = { args: process.argv.slice(2), cwd: process.cwd(), stdin }
  let answer = ''
  connect(${JSON.stringify(socket)})
    .on('data', (text) => (answer += text))
    .on('end', () => {
      const { code, stdout, stderr } = JSON.parse(answer)
      process.stdout.write(Buffer.from(stdout, 'base64'))
      process.stderr.write(stderr)
      process.exitCode = code
    })
    .end(JSON.stringify(call))
})
`

/** Puts it into the folder, to be put on the PATH. It works until it is disposed. */
export async function shimIn(folder: TemporaryFolder): Promise<AsyncDisposable> {
  const socket = folder.at('shim.socket')
  const server = createServer({ allowHalfOpen: true }, (connection) => {
    let text = ''
    connection.setEncoding('utf8').on('data', (part: string) => (text += part))
    connection.on('end', () => {
      const { args, cwd, stdin } = JSON.parse(text) as Call
      void answered({ args, cwd, stdin }).then((answer) => connection.end(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  await writeFile(folder.at('shim.cjs'), client(socket))
  // Not by a first line of the program: it holds no path with a space.
  const words = [process.execPath, folder.at('shim.cjs')].map(quoted).join(' ')
  await writeFile(folder.at('aos-storage'), `#!/bin/sh\nexec ${words} "$@"\n`)
  await chmod(folder.at('aos-storage'), 0o755)
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

async function answered({ args, cwd, stdin }: Call): Promise<string> {
  const env = { HOME: cwd }
  const { code, bytes, stderr } = await run(args, {
    ...{ cwd, env, stdin: Buffer.from(stdin, 'base64') },
  })
  return JSON.stringify({ code, stdout: Buffer.from(bytes).toString('base64'), stderr })
}
