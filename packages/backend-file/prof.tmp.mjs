import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as S from './bench/stores.ts'
const [root, mix, inFlight, kind, ms = '3000', opsMax = 1e9] = process.argv.slice(2)
const k = kind === 'ours' ? S.backend('none') : S[kind]
const body = new Uint8Array(1024).fill(7)
const f = mkdtempSync(join(root, 'prof-')); const s = await k.open(f)
for (let i = 0; i < 512; i++) await s.write('documents/k' + i, body)
let n = 0; const one = async () => { const i = n++; if (mix === 'read') return void await s.read('documents/k' + (i * 37) % 512); await s.write(mix === 'create' ? 'documents/n' + i : 'documents/k' + (i * 37) % 512, body) }
const t = performance.now(), c0 = process.cpuUsage(), end = t + Number(ms); await Promise.all(Array.from({ length: +inFlight }, async () => { while (performance.now() < end && n < opsMax) await one() }))
const c = process.cpuUsage(c0)
console.log(kind, mix, inFlight, (n / (performance.now() - t) * 1000).toFixed(0), 'op/s; cpu us/op user', (c.user / n).toFixed(0), 'sys', (c.system / n).toFixed(0))
await s.close?.(); rmSync(f, { recursive: true })
