import { type Break, first } from './breaks.ts'

/** Changes by hand of transfer notices, and of what they name. */
export const noticeBreaks: Break[] = [
  [
    'a notice that was settled by nothing',
    'I14',
    'transfer_notice',
    "update transfer_notice set settled_by = id where status = 'settled'",
    'it was settled by nothing that was recorded for its customer',
  ],
  [
    'a notice that was settled by a payment of another customer',
    'I14',
    'transfer_notice',
    `update transfer_notice as n set settled_by = p.id, bucket = n.bucket from payment as p
      where n.status = 'settled' and p.customer_id <> n.customer_id`,
    'it was settled by nothing that was recorded for its customer',
  ],
  [
    'a notice whose code finds nothing',
    'I14',
    'transfer_code',
    'delete from transfer_code',
    'it is not found by its code',
  ],
  [
    'a code that finds nothing',
    'I14',
    'transfer_code',
    `update transfer_code set notice_id = ${first('customer')}`,
    'a code of nothing',
  ],
  [
    'a notice in another bucket',
    'I14',
    'transfer_notice',
    "update transfer_notice set bucket = (bucket + 1) % 65536 where status = 'shown'",
    'transfer notice ',
  ],
]
