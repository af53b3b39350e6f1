import { describe, expect, it } from 'vitest'
import { checkPerson } from '../../domain/person.ts'

describe('the name of a person or service', () => {
  it.each(['Dewi Lestari', 'ratna.operator', 'layanan-pendaftaran', 'x'.repeat(100)])('may be "%s"', (name) => {
    expect(checkPerson(name)).toBeNull()
  })

  it.each([
    '',
    ' ',
    'Dewi  Lestari',
    ' Dewi',
    'Dewi\n',
    'Dewï',
    'x'.repeat(101),
    'engine',
    'Engine',
    'bootstrap',
    'LOCAL',
    'role:operator',
    'Role:x',
  ])('cannot be "%s"', (name) => {
    expect(checkPerson(name)).not.toBeNull()
  })
})
