import { StorageManager, MemoryStorageBackend, isStorageError } from '@aos-storage/core'
import { isDeepStrictEqual } from 'node:util'
const s = await StorageManager.open('memory')
const t = async (name: string, f: () => Promise<unknown>) => { const t0=performance.now(); try { console.log(name, '=>', await f(), (performance.now()-t0).toFixed(0)+'ms') } catch (e: any) { console.log(name, 'THROWS', e?.name, e?.code, String(e?.message).slice(0,200), (performance.now()-t0).toFixed(0)+'ms') } }
const rt = async (v: unknown, o?: any) => { await s.save('k', v, o); const l = await s.load('k'); return [isDeepStrictEqual(l, v) ? 'equal' : 'DIFF', typeof l==='string'||typeof l==='object'&&l&&'a' in (l as any)? l : (l as any)?.constructor?.name] }
const nest = (n: number) => { let v: any = []; for (let i=1;i<n;i++) v=[v]; return v }
for (const n of [511,512,513,514]) await t('json nest '+n, () => rt(nest(n)))
const nestC = (n: number) => { let v: any = [1n]; for (let i=1;i<n;i++) v=[v]; return v }
for (const n of [511,512,513,514]) await t('cbor nest '+n, () => rt(nestC(n)))
await t('json hidden toJSON', () => rt(Object.defineProperty({a:1}, 'toJSON', {value: () => ({a:2})})))
let c=0; await t('flip getter', () => rt({ get a() { return c++ % 2 === 0 ? 1 : new Date(0) } }))
await t('flip getter undefined', async () => { let c=0; await s.save('g', { a: 1, get b() { return c++ === 0 ? 'x' : undefined } }); return s.load('g') })
const dag = (n: number) => { let a: any = {}; for (let i=0;i<n;i++) a={x:a,y:a}; return a }
for (const n of [16,18,20,22]) await t('dag '+n, async () => { await s.save('d', dag(n)); return (await s.stat('d')).size })
await t('dag+date 40', async () => { let a: any = dag(40); a = {d: new Date(), a}; await s.save('d', a); return (await s.stat('d')).size })
await t('svg string', () => rt('<svg/>', {contentType:'image/svg+xml'}))
await t('octet string', () => rt('abc', {contentType:'application/octet-stream'}))
await t('bytes as json', () => rt(new TextEncoder().encode('{"a":1}'), {contentType:'application/json'}))
await t('bad bytes as json', () => rt(new Uint8Array([255]), {contentType:'application/json'}))
await t('bytes as cbor', () => rt(new Uint8Array([255]), {contentType:'application/cbor'}))
await t('blob', () => rt(new Blob(['{"a":1}'],{type:'application/json'})))
await t('blob bad type', async () => { await s.save('b', new Blob(['x'],{type:'not a type'.padEnd(5000,'x')})); return (await s.stat('b')).contentType.length })
await t('blob bad type stream', async () => { await s.writeStream('b', new Blob(['x'],{type:'not a type'})); return (await s.stat('b')).contentType })
class E extends Uint8Array { dim = 3 }
await t('u8 subclass', () => rt(new E(3)))
await t('u8 subclass nested', () => rt({x:new E(3)}))
class B2 extends (Buffer as any) {}
await t('BOM cbor short', () => rt({a:'\ufeffabc', d:1n}))
await t('BOM cbor long', () => rt({a:'\ufeff'+'é'.repeat(500), d:1n}))
await t('BOM key', () => rt({['\ufeffk']:1, a:1n}))
await t('BOM text', () => rt('\ufeffabc'))
await t('map metadata', async () => { await s.save('m', 1, {metadata: new Map([['author','x']]) as any}); return (await s.stat('m')).metadata })
await t('lone surrogate json', () => rt({a:'\ud800'}))
await t('lone key json', () => rt({a:1, '\ud800':1}))
await t('setproto map null', () => rt(Object.setPrototypeOf(new Map([[1,2]]), null)))
await t('date proto object', () => rt({a: Object.setPrototypeOf(new Date(5), Object.prototype)}))
await t('private fields', async()=> rt(Object.freeze({a:[Object.freeze([1])]})))
await t('dup diag', async()=> { const m = new StorageManager(new MemoryStorageBackend(), {diagnostics:{kyes:true} as any}); return 'accepted' })
await t('logger {}', async()=> { const b=new MemoryStorageBackend(); const m = new StorageManager(b, {logger:{} as any}); try { await m.save('k',1) } catch(e:any) { return [e.name,e.message, (await b.stat('k')).size] } })
await t('logger throws', async()=> { const b=new MemoryStorageBackend(); const f=()=>{throw new Error('disk full')}; const m = new StorageManager(b, {logger:{info:f,debug:f,warn:f,error:f}}); try { await m.save('k',1) } catch(e:any) { return [e.name,e.code,e.message, 'stored', (await b.stat('k')).size] } })
await t('codec {}', async()=> new StorageManager(new MemoryStorageBackend(), {codecs:[{} as any]}) && 'ok')
await t('codec str', async()=> new StorageManager(new MemoryStorageBackend(), {codecs:'x' as any}) && 'ok')
await t('codec bad type', async()=> { const m = new StorageManager(new MemoryStorageBackend(), {codecs:[{contentType:'bad\r\ntype', test:()=>true, encode:()=>new Uint8Array(1), decode:()=>1}]}); await m.save('k',1); return (await m.stat('k')).contentType })
await t('codec asym', async()=> { const m = new StorageManager(new MemoryStorageBackend(), {codecs:[{contentType:'application/json', encode:(v)=>Buffer.from('J'+JSON.stringify(v)), decode:(b)=>JSON.parse(Buffer.from(b).toString().slice(1))}]}); await m.save('k',[1]); return await m.load('k') })
await t('codec asym cbor', async()=> { const m = new StorageManager(new MemoryStorageBackend(), {codecs:[{contentType:'application/cbor', encode:()=>new Uint8Array(1), decode:()=>'theirs'}]}); await m.save('k',new Map([[1,2]])); return await m.load('k') })
await t('codec two', async()=> { const mk=(n:string)=>({contentType:'application/x-t', test:(v:any)=>v?.n===n, encode:(v:any)=>Buffer.from(n), decode:(b:any)=>({n, from:Buffer.from(b).toString()})}); const m = new StorageManager(new MemoryStorageBackend(), {codecs:[mk('a'),mk('b')]}); await m.save('k',{n:'b'}); return await m.load('k') })
