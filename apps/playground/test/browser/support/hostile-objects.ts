/** What somebody stores to do harm. Every payload would set `__pwned` in the window. */
import type { StorageManager } from '@aos-storage/core'

export const attack = 'top.__pwned=1'
export const image = `<img src=x onerror=${attack}>`

export interface Stored {
  readonly key: string
  readonly content: string | Uint8Array
  readonly contentType: string
  /** Parts of a line of the content, as some view shows them. */
  readonly shown: readonly string[]
  readonly metadata?: Readonly<Record<string, string>>
}

const html = `<!doctype html>
<script>${attack}</script>
${image}
<svg onload=${attack}></svg>
<a href="javascript:${attack}">go</a>
<iframe srcdoc="<script>${attack}</script>"></iframe>
<link rel=stylesheet href=//evil.example/x.css>
<img src=http://evil.example/pixel>
<meta http-equiv=refresh content="0;url=//evil.example">
<form action=//evil.example><button autofocus>x</button>
`

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"
  xmlns:xlink="http://www.w3.org/1999/xlink" onload="${attack}">
<script>${attack}</script>
<style>@import url(http://evil.example/x.css);</style>
<foreignObject width="9" height="9">
<body xmlns="http://www.w3.org/1999/xhtml">
${image.replace('>', '/>').replace('=x ', '="x" ').replace(`=${attack}`, `="${attack}"`)}
<script>${attack}</script></body></foreignObject>
<image href="http://evil.example/pixel" width="9"/>
<use xlink:href="http://evil.example/x.svg#a"/>
<a href="javascript:${attack}"><text y="20">a</text></a>
<animate onbegin="${attack}" attributeName="x"/>
</svg>
`

const json = `{"${image}":"<script>${attack}</script>",
"__proto__":{"polluted":"yes"},"constructor":1,
"javascript:${attack}":"</script>",
"12345678901234567890":12345678901234567890,
"a":1,"a":2,"\\u202egnp":"\\u0000","":null}`

/** Looks like an image to whoever trusts its first bytes, like a page to others. */
const polyglot = `GIF89a/*<script>${attack}</script>${image}*/=1;${attack}`

const evil: Readonly<Record<string, string>> = {
  author: image,
  link: `javascript:${attack}`,
  note: `"><script>${attack}</script>`,
}

export const objects: readonly Stored[] = [
  {
    key: 'hostile/page.html',
    content: html,
    contentType: 'text/html',
    metadata: evil,
    shown: [`<script>${attack}</script>`, image, `<a href="javascript:${attack}">go</a>`],
  },
  {
    key: 'hostile/drawing.svg',
    content: svg,
    contentType: 'image/svg+xml',
    metadata: evil,
    shown: ['90 × 40 pixels', `<script>${attack}</script>`],
  },
  {
    key: 'hostile/names',
    content: json,
    contentType: 'application/json',
    shown: [
      `"${image}": "<script>${attack}</script>"`,
      '"__proto__": { 1 name }',
      '"12345678901234567890": 12345678901234567890',
      '"a": 1',
      '"a": 2',
      String.raw`"\u202egnp": "\u0000"`,
    ],
  },
  { key: 'hostile/page.png', content: html, contentType: 'image/png', shown: ['cannot be drawn'] },
  {
    key: 'hostile/page.svg',
    content: html,
    contentType: 'image/svg+xml',
    shown: ['cannot be drawn', image],
  },
  {
    key: 'hostile/json.html',
    content: json,
    contentType: 'text/html; charset=utf-7',
    shown: ['"__proto__":{"polluted":"yes"}'],
  },
  {
    key: 'hostile/any',
    content: polyglot,
    contentType: 'application/x-thing',
    shown: ['pixels, made to'],
  },
  {
    key: 'hostile/svg.json',
    content: svg,
    contentType: 'application/json',
    shown: ['This is not JSON', `<script>${attack}</script>`],
  },
]

/** Where a structured value is no longer harmless once it is printed. */
const value = {
  [image]: new Map([[`<script>${attack}</script>`, new Set([`javascript:${attack}`])]]),
  terminal: '\u001B]0;owned\u0007\u001B[31m',
  when: new Date(0),
}

export const names: readonly string[] = [
  image,
  `"><script>${attack}<`,
  `javascript:${attack}`,
  `'-alert(1)-'`,
  '${process.exit(1)}`\\',
  'invoice\u202Egnp.exe',
  '\u2066isolate',
  '\u{1F600}\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
  'Z\u0351\u036B\u0343\u036A\u0302a\u0301',
  '100%',
  '%2e%2e',
  '%3Cscript%3E',
  '  a b  ',
  'a?b=c&d#e+f;g',
  'back\\slash:*|',
  '12345678901234567890',
  'true',
  '{"a":[1]}',
  '"quoted"',
  '__proto__',
  'constructor',
  '.hidden',
  'CON',
  '\uFEFFbom',
]

export const paths = [
  ['of markup', '<b>bold</b>'],
  ['of a thousand bytes', `${'long'.repeat(62)}/${'x'.repeat(700)}`],
] as const

/** Lays all of it into a store. */
export async function layOut(storage: StorageManager): Promise<void> {
  for (const { key, content, contentType, metadata } of objects) {
    await storage.writeStream(key, content, { contentType, metadata })
  }
  await storage.save('hostile/value', value, { metadata: evil })
  const all = [...names, ...paths.map(([, path]) => path)]
  for (const name of all) await storage.writeStream(`names/${name}`, 'x')
}
