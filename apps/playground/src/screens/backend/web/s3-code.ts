/** Pieces of code on S3, as in `code.ts`. */
import { storePlace } from '../../../web/store-place.ts'

/** What opens buckets of the store's own server; else of the one that the environment names. */
function serverLines(): readonly string[] {
  const place = storePlace()
  if (place.storageType === 's3') {
    return place.settings.filter((line) => !/^(storageType|bucket): /.test(line))
  }
  return ["endpoint: process.env['AWS_ENDPOINT_URL'],", "region: process.env['AWS_REGION'],"]
}

/** The harness of the conformance kit. */
export function s3HarnessLines(): string[] {
  return [
    '{',
    "  name: 's3',",
    '  isSlow: true,',
    '  timeLimitMs: 60_000,',
    '  bufferedBytesMax: 64 * 1024 ** 2,',
    '  async open() {',
    '    // A bucket for nothing else, which is there; each store is below a prefix of its own.',
    '    const options = {',
    `      bucket: 'playground-conformance',`,
    '      prefix: crypto.randomUUID(),',
    ...serverLines().map((line) => `      ${line}`),
    '    }',
    '    return {',
    '      backend: await S3StorageBackend.open(options),',
    '      reopen: () => S3StorageBackend.open(options),',
    "      child: { module: new URL('open-child.ts', import.meta.url).href, args: options },",
    '    }',
    '  },',
    '},',
  ]
}
