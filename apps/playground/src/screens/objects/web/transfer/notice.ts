import type { NotificationData } from '@mantine/notifications'
import classes from './notice.module.css'

/** Where transfers tell what they did: not over the buttons that one may want next. */
export const notice = {
  position: 'bottom-left',
  classNames: { root: classes['notice']! },
  withBorder: true,
  closeButtonProps: { 'aria-label': 'Close' },
} as const satisfies Partial<NotificationData>
