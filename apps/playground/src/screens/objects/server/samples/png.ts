/** A small PNG, drawn by hand: 8 bits a channel, no filters (RFC 2083). */
import { crc32, deflateSync } from 'node:zlib'

/** A color, each channel 0 to 255. */
type Color = readonly [red: number, green: number, blue: number]

/** The file of an image whose pixels `colorAt` gives. */
function drawPng(
  width: number,
  height: number,
  colorAt: (x: number, y: number) => Color,
): Uint8Array {
  const row = 1 + width * 3
  const pixels = Buffer.alloc(row * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set(colorAt(x, y), y * row + 1 + x * 3)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // 8 bits a channel, RGB.
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return new Uint8Array(
    Buffer.concat([
      ...[signature, chunk('IHDR', header), chunk('IDAT', deflateSync(pixels))],
      chunk('IEND', Buffer.alloc(0)),
    ]),
  )
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(named.byteLength + 8)
  whole.writeUInt32BE(data.byteLength, 0)
  whole.set(named, 4)
  whole.writeUInt32BE(crc32(named), 4 + named.byteLength)
  return whole
}

/** Activity of agents by hour, one week: the busier, the brighter. */
export function activityMap(): Uint8Array {
  const cell = 12
  return drawPng(24 * cell, 7 * cell, (x, y) => {
    const isGrid = x % cell === 0 || y % cell === 0
    if (isGrid) return [18, 24, 38]
    const hour = Math.floor(x / cell)
    const day = Math.floor(y / cell)
    const workday = day < 5 ? 1 : 0.25
    const busy = workday * Math.exp(-(((hour - 13 + Math.sin(day * 2)) / 4.5) ** 2))
    return [30 + busy * 40, 60 + busy * 150, 110 + busy * 120]
  })
}
