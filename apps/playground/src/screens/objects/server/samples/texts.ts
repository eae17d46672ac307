/** The texts of the samples, stored exactly as they are. */
import { noise } from './noise.ts'

/** Text under a key, with its content type. */
interface SampleText {
  readonly key: string
  readonly contentType: string
  readonly text: string
}

const plain = 'text/plain; charset=utf-8'

const handbook = `# Policy handbook

How our agents decide, and when they ask.

## Decisions

| Amount         | Who decides             |
|----------------|-------------------------|
| up to $10,000  | the agent               |
| up to $100,000 | two agents              |
| more           | a person in the boardroom |

## Records

- Every decision is a conversation under \`conversations/\`.
- Nothing is edited afterwards: a correction is a new message.
- Models are released as \`models/lora_adapters/AGENT/VERSION\`.
`

const strategy = `Q2 strategy, notes

1. Renewals first. The two of May make a third of the quarter.
2. The northern region opens in April, the southern one in June.
3. No new agent before the four that we have agree in nine of ten cases.
`

const diagram = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 200" width="560">
  <style>
    rect { fill: #eef3fb; stroke: #35507a; stroke-width: 1.5 }
    text { font: 14px sans-serif; fill: #1d2c44; text-anchor: middle }
    path { stroke: #35507a; stroke-width: 1.5; fill: none }
  </style>
  <rect x="20" y="70" width="120" height="60" rx="8" /><text x="80" y="105">agents</text>
  <rect x="210" y="70" width="150" height="60" rx="8" /><text x="285" y="105">StorageManager</text>
  <rect x="430" y="10" width="110" height="50" rx="8" /><text x="485" y="40">files</text>
  <rect x="430" y="75" width="110" height="50" rx="8" /><text x="485" y="105">Azure</text>
  <rect x="430" y="140" width="110" height="50" rx="8" /><text x="485" y="170">S3</text>
  <path d="M140 100H210M360 100L430 35M360 100H430M360 100L430 165" />
</svg>
`

const report = `<!doctype html>
<title>Q2 report</title>
<h1>Q2 report</h1>
<p>This page holds a script. Stored pages never run here: look at it as text, or download it.</p>
<script>document.title = 'It ran!'</script>
`

const pipeline = `# What the nightly job does
pipeline: nightly
schedule: "0 2 * * *"
steps:
  - index: { source: knowledge/documents/, target: knowledge/embeddings/ }
  - train: { agent: ceo, dataset: training_data/ceo/dataset_001 }
  - report: { target: metrics/performance/ }
`

function dataset(agent: string, seed: number): string {
  const next = noise(seed)
  const prompts = ['Approve the budget?', 'Which region first?', 'Summarise the board meeting.']
  const replies = [
    'Yes, with a review in May.',
    'The northern one.',
    'Revenue grew, costs are flat.',
  ]
  return Array.from({ length: 120 }, (_, place) => {
    const pick = Math.floor(next() * prompts.length)
    const score = Math.round(next() * 100) / 100
    const line = { id: place + 1, agent, prompt: prompts[pick], completion: replies[pick], score }
    return `${JSON.stringify(line)}\n`
  }).join('')
}

function log(): string {
  const next = noise(7)
  const events = ['loaded adapter v1.2', 'saved conversation', 'indexed document', 'lease renewed']
  return Array.from({ length: 400 }, (_, place) => {
    const at = new Date(Date.UTC(2025, 11, 25) + place * 211_000).toISOString()
    const level = next() < 0.03 ? 'WARN' : 'INFO'
    const event = events[Math.floor(next() * events.length)]
    return `${at} ${level} ${event} in ${Math.round(next() * 90)} ms\n`
  }).join('')
}

function table(): string {
  const rows = ['PartitionKey,RowKey,timestamp,messages']
  for (let place = 1; place <= 40; place++) {
    const day = String(1 + (place % 28)).padStart(2, '0')
    const row = String(place).padStart(3, '0')
    rows.push(`agent_ceo,conv_${row},2025-12-${day}T00:00:00Z,${2 + (place % 9)}`)
  }
  return `${rows.join('\n')}\n`
}

export const sampleTexts: readonly SampleText[] = [
  { key: 'knowledge/documents/policy_handbook.md', contentType: 'text/markdown', text: handbook },
  { key: 'knowledge/documents/q2_strategy', contentType: plain, text: strategy },
  {
    key: 'knowledge/documents/会議メモ',
    contentType: plain,
    text: '四半期の見直し。次回は金曜日。\n',
  },
  { key: 'knowledge/diagrams/architecture.svg', contentType: 'image/svg+xml', text: diagram },
  { key: 'knowledge/reports/q2.html', contentType: 'text/html', text: report },
  { key: 'agent_configs/pipeline.yaml', contentType: 'application/yaml', text: pipeline },
  {
    key: 'training_data/ceo/dataset_001',
    contentType: 'application/x-ndjson',
    text: dataset('ceo', 8),
  },
  {
    key: 'training_data/cfo/dataset_001',
    contentType: 'application/x-ndjson',
    text: dataset('cfo', 9),
  },
  { key: 'conversations/index.csv', contentType: 'text/csv', text: table() },
  { key: 'logs/agents/2025-12-25', contentType: plain, text: log() },
]
