import Type from 'typebox'
import { Problem } from '../../domain/problem.ts'
import { deadIn, redriveAllMessages } from '../messages.ts'
import { twoPersonAct } from '../two-person-act.ts'

/** Every dead message of a programme, or of all, sent again: after a fault that is mended. */
export const redriveAll = twoPersonAct({
  name: 'redrive-all',
  title: { id: 'Pengiriman ulang semua pesan', en: 'All dead messages sent again' },
  proposers: ['operator', 'administrator'],
  content: Type.Object(
    { programme: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]) },
    { additionalProperties: false },
  ),
  place: (_sql, { programme }) => ({ programme, subject: programme === null ? 'messages' : `messages:${programme}` }),
  async check(sql, _context, { programme }) {
    if ((await deadIn(sql, programme)) === 0) throw noneDead()
  },
  async execute(sql, _context, { programme }, _by, actor, atMs) {
    const programmes = programme === null ? null : [programme]
    let taken = await redriveAllMessages(sql, programmes, actor, atMs)
    if (taken.redriven === 0) throw noneDead()
    // Some thousands at a time; those that somebody else is working on are left to them.
    while (taken.left > 0 && taken.redriven > 0) taken = await redriveAllMessages(sql, programmes, actor, atMs)
  },
})

function noneDead(): Problem {
  return new Problem('message-not-dead', 'no message is dead there')
}
