/**
 * Cyclic redundancy checks with reflected polynomials, byte by byte from a table.
 *
 * `CRC32` (ISO-HDLC) and `CRC32C` (Castagnoli) by RFC 3720 appendix B.4; `CRC64NVME` by the NVM
 * Express NVM Command Set Specification 1.0, section 5.2.1.3.4.
 */

/** The checks that S3 knows. */
export type CrcName = 'CRC32' | 'CRC32C' | 'CRC64NVME'

/** The check, most significant byte first. */
export function crc(name: CrcName, bytes: Uint8Array): Uint8Array {
  if (name === 'CRC64NVME') return crc64(bytes)
  const table = name === 'CRC32' ? crc32Table : crc32cTable
  let register = 0xff_ff_ff_ff
  for (const byte of bytes) {
    register = table[(register ^ byte) & 0xff]! ^ (register >>> 8)
  }
  const result = Buffer.alloc(4)
  result.writeUInt32BE((register ^ 0xff_ff_ff_ff) >>> 0)
  return result
}

/** In two halves: `BigInt` takes 30 times as long. */
function crc64(bytes: Uint8Array): Uint8Array {
  let high = 0xff_ff_ff_ff
  let low = 0xff_ff_ff_ff
  for (const byte of bytes) {
    const at = (low ^ byte) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ crc64Low[at]!
    high = (high >>> 8) ^ crc64High[at]!
  }
  const result = Buffer.alloc(8)
  result.writeUInt32BE((high ^ 0xff_ff_ff_ff) >>> 0, 0)
  result.writeUInt32BE((low ^ 0xff_ff_ff_ff) >>> 0, 4)
  return result
}

const crc32Table = table32(0xed_b8_83_20)
const crc32cTable = table32(0x82_f6_3b_78)
const crc64Table = table64(0x9a6c_9329_ac4b_c9b5n)
const crc64High = Uint32Array.from(crc64Table, (entry) => Number(entry >> 32n))
const crc64Low = Uint32Array.from(crc64Table, (entry) => Number(entry & 0xffff_ffffn))

function table32(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let entry = byte
    for (let bit = 0; bit < 8; bit++) {
      entry = entry & 1 ? (entry >>> 1) ^ polynomial : entry >>> 1
    }
    return entry >>> 0
  })
}

function table64(polynomial: bigint): readonly bigint[] {
  return Array.from({ length: 256 }, (_, byte) => {
    let entry = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) {
      entry = entry & 1n ? (entry >> 1n) ^ polynomial : entry >> 1n
    }
    return entry
  })
}
