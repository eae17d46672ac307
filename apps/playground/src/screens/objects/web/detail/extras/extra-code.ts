/**
 * "The code" of what some services have beside the contract. Pieces as in `code.ts`; the tests run
 * every one.
 */
import type { ActionText } from '../../../../../web/actions.ts'
import { literal, program, quoted } from '../../../../../web/program.ts'
import { comparing } from '../history/history-code.ts'
import type { ShownExtra } from '../../../../../server/place.ts'

/** `backend` has the members of that extra. */
function withExtra(
  extra: ShownExtra,
  body: readonly string[],
  imports: readonly string[] = [],
  names: readonly string[] = [],
): string {
  return program(
    [
      'const { backend } = storage',
      `if (!supports(backend, '${extra}')) throw new Error('This backend has no ${extra}')`,
      ...body,
    ],
    imports,
    ['supports', ...names],
  )
}

export function versionsText(key: string): ActionText {
  return {
    label: `List the versions of ${key}`,
    code: withExtra('versions', [
      '// The newest first.',
      `for await (const { id, isCurrent, info } of backend.listVersions(${literal(key)})) {`,
      '  console.log(id, isCurrent, info.modifiedAt, info.size)',
      '}',
    ]),
  }
}

export function lookText(key: string, id: string): ActionText {
  return {
    label: `Look at an old version of ${key}`,
    code: withExtra(
      'versions',
      [
        `const version = await backend.readVersion(${literal(key)}, ${quoted(id)})`,
        'console.log(version.info)',
        'console.log(await new StoredBody(version).text())',
      ],
      [],
      ['StoredBody'],
    ),
  }
}

export function compareVersionsText(key: string, left: string, right: string): ActionText {
  const bytesOf = (id: string): string =>
    `await new StoredBody(await backend.readVersion(${literal(key)}, ${quoted(id)})).bytes()`
  return {
    label: `Compare versions of ${key}`,
    code: withExtra(
      'versions',
      [`const left = ${bytesOf(left)}`, `const right = ${bytesOf(right)}`, ...comparing],
      [],
      ['StoredBody'],
    ),
  }
}

export function downloadVersionText(key: string, id: string): ActionText {
  const file = key.slice(key.lastIndexOf('/') + 1)
  return {
    label: `Download an old version of ${key}`,
    code: withExtra(
      'versions',
      [
        `const { body } = await backend.readVersion(${literal(key)}, ${quoted(id)})`,
        'const chunks = body instanceof Uint8Array ? [body] : body',
        `await pipeline(chunks, createWriteStream(${literal(file)}))`,
      ],
      [
        "import { createWriteStream } from 'node:fs'",
        "import { pipeline } from 'node:stream/promises'",
      ],
    ),
  }
}

export function restoreText(key: string, id: string): ActionText {
  return {
    label: `Restore an old version of ${key}`,
    code: withExtra('versions', [
      `const { info, body } = await backend.readVersion(${literal(key)}, ${quoted(id)})`,
      '// Over what is there now, which becomes an old version.',
      'const { contentType, metadata } = info',
      `await storage.writeStream(${literal(key)}, body, { contentType, metadata })`,
    ]),
  }
}

export function deleteVersionText(key: string, id: string): ActionText {
  return {
    label: `Delete an old version of ${key}`,
    code: withExtra('versions', [
      `console.log(await backend.deleteVersion(${literal(key)}, ${quoted(id)}))`,
    ]),
  }
}

export function tierText(key: string): ActionText {
  return {
    label: `Ask for the tier of ${key}`,
    code: withExtra('accessTiers', [
      `const { tier, isReadable, rehydratingTo } = await backend.getAccessTier(${literal(key)})`,
      'console.log(tier, isReadable, rehydratingTo)',
    ]),
  }
}

export function setTierText(
  key: string,
  tier: string,
  priority: 'standard' | 'high' | undefined,
): ActionText {
  const options = priority === undefined ? '' : `, { priority: '${priority}' }`
  return {
    label: `Move ${key} to ${tier}`,
    code: withExtra('accessTiers', [
      `const moved = await backend.setAccessTier(${literal(key)}, ${quoted(tier)}${options})`,
      'console.log(moved.tier, moved.isReadable, moved.rehydratingTo)',
    ]),
  }
}

export function linkText(
  key: string,
  method: 'GET' | 'PUT',
  seconds: number,
  contentType: string | undefined,
): ActionText {
  return {
    label: `Sign a ${method} of ${key}`,
    code: withExtra('presign', [
      `const { url, headers, expiresAt } = await backend.presign(${literal(key)}, {`,
      `  method: '${method}',`,
      `  expiresInSeconds: ${seconds},`,
      ...(contentType === undefined ? [] : [`  contentType: ${quoted(contentType)},`]),
      '})',
      '// The URL is a secret until then: whoever has it may make the request.',
      'console.log(url, headers, expiresAt)',
    ]),
  }
}
