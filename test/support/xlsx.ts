/** Reads a spreadsheet without the library that wrote it: the zip by its directory, the sheets by their XML. */
import { inflateRawSync } from 'node:zlib'

/** Every file of a zip, by name, as text. */
function unzipped(zip: Buffer): Map<string, string> {
  const end = zip.lastIndexOf(Buffer.from('PK\u0005\u0006'))
  const files = new Map<string, string>()
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, packed, nameLength] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
    ]
    const [extra, comment, local] = [zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)]
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const bytes = zip.subarray(from, from + packed)
    files.set(name, (method === 0 ? bytes : inflateRawSync(bytes)).toString('utf8'))
    at += 46 + nameLength + extra + comment
  }
  return files
}

/** The cells of one sheet, row by row: numbers as they stand there, texts as they are shown, empty ones as ''. */
export function sheetOf(zip: Buffer, number: number): string[][] {
  const files = unzipped(zip)
  const shared = [...(files.get('xl/sharedStrings.xml') ?? '').matchAll(/<si>(.*?)<\/si>/gs)].map(([, of = '']) =>
    textOf(of),
  )
  const sheet = files.get(`xl/worksheets/sheet${number}.xml`) ?? ''
  return [...sheet.matchAll(/<row[^>]*>(.*?)<\/row>/gs)].map(([, row = '']) => {
    const cells: string[] = []
    for (const [, head = '', inner = ''] of row.matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      const column = columnOf(/r="([A-Z]+)/.exec(head)?.[1] ?? '')
      const value = /<v>(.*?)<\/v>/s.exec(inner)?.[1] ?? ''
      cells[column] = head.includes('t="s"')
        ? (shared[Number(value)] ?? '')
        : head.includes('t="inlineStr"')
          ? textOf(inner)
          : value
    }
    return Array.from(cells, (cell) => cell ?? '')
  })
}

function textOf(xml: string): string {
  const text = [...xml.matchAll(/<t[^>]*>(.*?)<\/t>/gs)].map(([, of = '']) => of).join('')
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

function columnOf(letters: string): number {
  return letters.split('').reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}
