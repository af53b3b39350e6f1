import Type from 'typebox'
import { checkDead, noMessage, programmeOfMessage, redriveMessage } from '../messages.ts'
import { twoPersonAct, UUID } from '../two-person-act.ts'

/** A message that could not be delivered, sent again. */
export const redrive = twoPersonAct({
  name: 'redrive',
  title: { id: 'Pengiriman ulang pesan', en: 'Dead message sent again' },
  proposers: ['operator', 'administrator'],
  content: Type.Object({ message: UUID }, { additionalProperties: false }),
  async place(sql, { message }) {
    const programme = await programmeOfMessage(sql, message)
    return { programme, subject: `message:${message}`, missing: noMessage(message) }
  },
  check: async (sql, _context, { message }) => void (await checkDead(sql, message)),
  async execute(sql, _context, { message }, _by, actor, atMs) {
    await redriveMessage(sql, message, actor, atMs)
  },
})
