import { Box } from '@mantine/core'
import { IconCircleCheck, IconCircleHalf2, IconCircleX, IconInfoCircle } from '@tabler/icons-react'
import type { ComponentType, ReactNode } from 'react'
import type { Verdict } from './capability-words.ts'
import classes from './verdict-icon.module.css'

const verdicts: Readonly<
  Record<Verdict, readonly [Icon: ComponentType<{ size: number }>, label: string]>
> = {
  yes: [IconCircleCheck, 'yes'],
  partly: [IconCircleHalf2, 'partly'],
  no: [IconCircleX, 'no'],
  fact: [IconInfoCircle, 'fact'],
}

/** How an answer is marked: by its form and its name, and by a colour too. */
export function VerdictIcon({ verdict }: { readonly verdict: Verdict }): ReactNode {
  const [Icon, label] = verdicts[verdict]
  return (
    <Box role="img" aria-label={label} data-verdict={verdict} className={classes['verdict']}>
      <Icon size={18} />
    </Box>
  )
}
