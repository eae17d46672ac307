import { StorageManager, MemoryStorageBackend, isStorageError } from '@aos-storage/core'
import { isDeepStrictEqual } from 'node:util'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
const s = await StorageManager.open('memory')
const load = async (hex: string | Uint8Array) => { const b = typeof hex === 'string' ? Buffer.from(hex.replace(/\s/g,''), 'hex') : hex; await s.writeStream('h', b, {contentType:'application/cbor'}); const t0=performance.now(); const m0=process.memoryUsage().rss; let r: any; try { r = await s.load('h') } catch (e: any) { r = `${e.name}/${e.code} <- ${e.cause?.message?.slice(0,100)}` } return [r, (performance.now()-t0).toFixed(0)+'ms', ((process.memoryUsage().rss-m0)/1e6).toFixed(0)+'MB'] }
const cases: Record<string,string> = { hugeArr:'9b ffffffffffffffff', arr32:'9a ffffffff', hugeMap:'bb 00000000ffffffff', hugeBytes:'5b 0000010000000000', hugeBytes2: '5b ffffffffffffffff', hugeStr:'7b 0000000fffffffff', indef:'9fff', uint64:'1b ffffffffffffffff', neg64: '3b ffffffffffffffff', refSelfTop:'d81d00', refFloat:'d81c81 d81d f93c00', refNegZero:'d81c81 d81d f98000', proto:'a1 69 5f5f70726f746f5f5f a1 61 78 01', constructorKey:'a1 6b 636f6e7374727563746f72 a1 69 70726f746f74797065 a1 61 78 01', dateHuge:'c1 fb 7fefffffffffffff', dateText:'c0 60', tag27: 'd81b 82 66 4f626a656374 80', dup:'a2 61 61 01 61 61 02', badutf:'61 ff', simple:'f8 20', simple2:'f0', brk:'ff', empty:'', misf64:'d856 43 000000', bignumEmpty:'c240', mapRefKey:'d81c d90103 a1 d81d00 01', setdup:'d90102 82 01 01', nonCanon:'1800', float:'f97e01', sharedPrim:'d81c 01', markmark:'d81c d81c 80', int64neg:'3b 0020000000000000' , trailing: '0101', nullinref: 'd81d 9b 0000000000000001 00', mapOfMapTag: 'd90103 d81c a0', undefinedKey:'a1 f7 01'}
for (const [n,h] of Object.entries(cases)) console.log(n, ...(await load(h)))
console.log('polluted', ({} as any).x)
// many refs: decoded DAG then save again
const lvl = (n: number) => { const parts: number[] = []; const go = (k: number) => { parts.push(0xd8,0x1c,0x82); if (k===0) { parts.push(0x00,0x00); return } go(k-1); parts.push(0xd8,0x1d, ...(( n-k+1) < 24 ? [n-k+1] : [0x18, n-k+1])) }; go(n); return Uint8Array.from(parts) }
{ const [v, ms] = await load(lvl(24)); console.log('dag bytes', lvl(24).length, 'loaded', typeof v === 'object', ms); const t0 = performance.now(); try { await s.save('again', v); console.log('resave', (await s.stat('again')).size) } catch (e: any) { console.log(e.code, e.message) } console.log('resave took', (performance.now()-t0).toFixed(0)) }
// bigs
for (const n of [1e5, 1e6]) { const b = new Uint8Array(n*2+5); b[0]=0x9a; new DataView(b.buffer).setUint32(1, n*2); console.log('ints', n, (await load(b)).slice(1)) }
{ const n=3_000_000; const b = new Uint8Array(n+5).fill(0x80); b[0]=0x9a; new DataView(b.buffer).setUint32(1,n); console.log('3M empty arrays from 3MB', (await load(b)).slice(1)) }
{ const n=1_000_000; const b = new Uint8Array(n*5+5); b[0]=0x9a; new DataView(b.buffer).setUint32(1,n); for (let i=0;i<n;i++) { b.set([0xd9,0x01,0x03,0xa0,0xa0].slice(0,4), 5+i*4) } console.log('1M Maps from 4MB', (await load(b.subarray(0,5+n*4))).slice(1)) }
// text with FFFD: quadratic?
{ const str = '\ufffd'.repeat(2_000_00); await s.save('q', {a: str, b: 1n}); const t0=performance.now(); console.log(isDeepStrictEqual(await s.load('q'), {a:str,b:1n}), (performance.now()-t0).toFixed(0)) }
for (const txt of ['\ufeff\ufffd', '\ufffd\ufeff', '\u0000', '𝒳\ufffd']) { try { await s.save('q', {a: txt, b: 1n}); console.log(JSON.stringify(txt), isDeepStrictEqual(await s.load('q'), {a:txt,b:1n})) } catch (e: any) { console.log(JSON.stringify(txt), e.code, e.cause?.message) } }
await s.save('q', {'\ufeffk':1n, k: 2}).then(()=>console.log('bomdup saved')); try { console.log(await s.load('q')) } catch (e:any) { console.log('bomdup load', e.code, e.cause.message) }
await s.save('q', new Set(['\ufeffx','x'])).then(()=>console.log('bomset saved')); try { console.log(await s.load('q')) } catch (e:any) { console.log('bomset load', e.code, e.cause.message) }
// fuzz with fast-check
let fc: any; for (const p of ['/work/main/package.json','/work/main/packages/core/package.json','/work/main/tooling/test/package.json']) { try { fc = await import(pathToFileURL(createRequire(p).resolve('fast-check')).href); break } catch {} }
fc = fc?.default ?? fc
if (fc) {
  const str = fc.oneof(fc.string({unit:'binary'}), fc.constantFrom('__proto__','constructor','toJSON','\ufffd','length','0'))
  const leaf = fc.oneof(str, fc.double(), fc.integer(), fc.bigInt(), fc.boolean(), fc.constantFrom(null, undefined, -0, NaN, Infinity, 2**53, -(2**53), 2**64, 1.1, new Date(NaN), new Date(8.64e15), new Date(-1), Number.MIN_VALUE), fc.date({noInvalidDate:false}), fc.uint8Array(), fc.float32Array(), fc.float64Array(), fc.int16Array(), fc.bigInt64Array?.() ?? fc.constant(1n), fc.constant(new Float16Array([1,NaN,-0])), fc.constant(new DataView(new ArrayBuffer(5),1,3)), fc.constant(new Uint16Array(new ArrayBuffer(8),2,2)))
  const { tree } = fc.letrec((tie: any) => ({ tree: fc.oneof({maxDepth:4}, leaf, fc.array(tie('tree')), fc.dictionary(str, tie('tree')), fc.array(fc.tuple(tie('tree'), tie('tree'))).map((e: any)=>new Map(e)), fc.array(tie('tree')).map((e: any)=>new Set(e)) , fc.tuple(tie('tree')).map(([x]: any)=>[x,{x}]) ) }))
  let bad=0, refused=0, n=0
  const end = Date.now()+25000
  for (let seed=1; Date.now()<end && bad<5; seed++) for (const v of fc.sample(tree, {numRuns:300, seed})) { n++; try { await s.save('z', v) } catch (e: any) { if (e.code!=='SERIALIZATION') console.log('odd', e); refused++; continue } let l; try { l = await s.load('z') } catch (e:any) { bad++; console.log('UNLOADABLE', v, e.message, e.cause?.message); continue } if (!isDeepStrictEqual(l,v)) { bad++; console.log('DIFF', v, l) } }
  console.log({n,bad,refused})
}
