/** Content types: which are worth the work, because they are not compressed already. */
import { describe } from '../../options.ts'

/** `'text/*'`, `'application/json'`, without parameters; or what decides. */
/** Which content types are compressed: patterns, or a function of the type. */
export type ContentTypes = readonly string[] | ((contentType: string) => boolean)

const pattern = /^[a-z0-9!#$&^_.+-]+\/(?:\*|[a-z0-9!#$&^_.+-]+)$/i

/** Families whose members are compressed already, but for a few. */
const compressedFamilies: Readonly<Record<string, ReadonlySet<string>>> = {
  image: new Set([
    ...['svg+xml', 'bmp', 'x-bmp', 'x-ms-bmp', 'x-portable-anymap', 'x-portable-bitmap'],
    ...['x-portable-graymap', 'x-portable-pixmap', 'vnd.adobe.photoshop', 'x-xbitmap', 'x-xpixmap'],
  ]),
  audio: new Set([
    ...['wav', 'x-wav', 'wave', 'vnd.wave', 'aiff', 'x-aiff', 'basic', 'midi', 'l16', 'l24'],
  ]),
  video: new Set(),
}

const compressedTypes: ReadonlySet<string> = new Set([
  ...['application/zip', 'application/x-zip-compressed', 'application/gzip', 'application/x-gzip'],
  ...['application/zstd', 'application/x-zstd', 'application/x-brotli', 'application/x-lz4'],
  ...['application/x-7z-compressed', 'application/x-rar-compressed', 'application/vnd.rar'],
  ...['application/x-bzip', 'application/x-bzip2', 'application/x-xz', 'application/x-lzma'],
  ...['application/x-lzip', 'application/x-compress', 'application/x-snappy-framed'],
  ...['application/java-archive', 'application/vnd.android.package-archive'],
  ...['font/woff', 'font/woff2', 'application/font-woff', 'application/font-woff2'],
])

/** Types that are a container of one of these. */
const compressedMark =
  /[+](?:zip|gzip|zstd)$|^application\/vnd\.(?:openxmlformats-officedocument|oasis\.opendocument)\./

/** True for what is not known to be compressed already. */
export function isCompressible(contentType: string): boolean {
  const type = essenceOf(contentType)
  const [family = '', subtype = ''] = type.split('/')
  if (Object.hasOwn(compressedFamilies, family)) return compressedFamilies[family]!.has(subtype)
  return !compressedTypes.has(type) && !compressedMark.test(type)
}

/** Makes the test that `contentTypes` means. @throws TypeError for one that means nothing. */
export function contentTypeTest(
  contentTypes: ContentTypes | undefined,
): (contentType: string) => boolean {
  if (contentTypes === undefined) return isCompressible
  if (typeof contentTypes === 'function') return contentTypes
  if (!Array.isArray(contentTypes)) {
    throw new TypeError(
      `compress: contentTypes is an array of types such as "text/*", or a function, not ${describe(
        contentTypes,
      )}`,
    )
  }
  const patterns = contentTypes.map((each: unknown) => {
    if (typeof each === 'string' && pattern.test(each)) return each.toLowerCase()
    throw new TypeError('compress: contentTypes holds types such as "text/*" or "application/json"')
  })
  const exact = new Set(patterns)
  const families = patterns.filter((each) => each.endsWith('/*')).map((each) => each.slice(0, -1))
  return (contentType) => {
    const type = essenceOf(contentType)
    return exact.has(type) || families.some((family) => type.startsWith(family))
  }
}

/** A media type without its parameters. */
function essenceOf(contentType: string): string {
  const end = contentType.indexOf(';')
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}
