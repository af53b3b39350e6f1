/** Bahasa Indonesia, untuk peserta: sapaan Anda, kalimat pendek, dan selalu ada langkah berikutnya. */
import type { DeductionCause } from '../domain/deduction.ts'
import type { FailureCode } from '../domain/failure-code.ts'
import type { Outcome } from '../domain/lifecycle.ts'
import { underPrefix } from './codes.ts'
import type { Catalogue } from './messages.ts'

const FAILURE: Readonly<Record<FailureCode, string>> = {
  'no-account': 'Belum ada rekening atau dompet digital yang ditautkan.',
  'no-such-account': 'Nomor rekening tidak ditemukan.',
  'account-dormant': 'Rekening tidak aktif.',
  'account-closed': 'Rekening sudah ditutup.',
  'account-blocked': 'Rekening sedang diblokir.',
  'name-differs': 'Nama pemilik rekening berbeda dengan nama di KTP Anda.',
  'wallet-limit': 'Saldo dompet digital Anda akan melewati batas bulan ini.',
  'wallet-not-upgraded': 'Dompet digital Anda belum ditingkatkan ke akun terverifikasi.',
  'no-answer': 'Mitra pembayaran belum memberi kepastian.',
  'failure-unconfirmed': 'Mitra pembayaran melaporkan kegagalan yang belum dipastikan rekening korannya.',
  temporary: 'Layanan bank atau dompet digital sedang terganggu.',
  'float-short': 'Dana penyaluran di mitra pembayaran sedang diisi.',
  undocumented: 'Mitra pembayaran menolak dengan alasan yang belum kami kenal.',
  'rejected-by-channel': 'Bank atau dompet digital menolak pengiriman ini.',
  'invalid-request': 'Data pengiriman belum lengkap atau belum benar.',
  compliance: 'Pengiriman ini perlu diperiksa lebih dulu sesuai ketentuan.',
  'gateway-configuration': 'Pengaturan kami di mitra pembayaran sedang diperbaiki.',
  returned: 'Bank atau dompet digital mengembalikan dana ini.',
  'returned-twice': 'Dana ini sudah dua kali dikembalikan.',
  'retries-used-up': 'Pengiriman sudah dicoba beberapa kali dan belum berhasil.',
  'gateway-contradiction': 'Keterangan dari mitra pembayaran tidak sesuai satu sama lain.',
  'no-reason-given': 'Mitra pembayaran tidak menyebutkan alasannya.',
}

const RELINK = 'Silakan tautkan rekening atau dompet digital lain atas nama Anda sendiri.'
const WAIT = 'Anda tidak perlu melakukan apa pun; kami mengirim ulang secara otomatis.'
const TEAM = 'Tim kami sedang memeriksanya; Anda tidak perlu melakukan apa pun.'

const NEXT: Readonly<Record<FailureCode, string>> = {
  'no-account': 'Silakan tautkan rekening atau dompet digital atas nama Anda sendiri.',
  'no-such-account': 'Silakan periksa nomornya, lalu tautkan rekening yang benar atas nama Anda sendiri.',
  'account-dormant': RELINK,
  'account-closed': RELINK,
  'account-blocked': RELINK,
  'name-differs':
    'Silakan perbaiki nama di bank, dompet digital, atau data program; setelah itu kami mengirim secara otomatis. Atau tautkan rekening dengan nama yang sama seperti di KTP Anda.',
  'wallet-limit':
    'Anda tidak perlu melakukan apa pun; kami mengirim secara otomatis bulan depan. Atau tautkan rekening bank atas nama Anda sendiri.',
  'wallet-not-upgraded':
    'Silakan verifikasi dompet digital Anda dengan KTP; setelah itu kami mengirim secara otomatis. Atau tautkan rekening bank atas nama Anda sendiri.',
  'no-answer': TEAM,
  'failure-unconfirmed': TEAM,
  temporary: WAIT,
  'float-short': WAIT,
  undocumented: TEAM,
  'rejected-by-channel': RELINK,
  'invalid-request': TEAM,
  compliance: TEAM,
  'gateway-configuration': TEAM,
  returned: RELINK,
  'returned-twice': TEAM,
  'retries-used-up': TEAM,
  'gateway-contradiction': TEAM,
  'no-reason-given': TEAM,
}

const CAUSE: Readonly<Record<DeductionCause, string>> = {
  'paid-in-error': 'pembayaran sebelumnya yang bukan hak',
  tax: 'pajak',
  'court-order': 'perintah pengadilan',
}

const CLOSED: Readonly<Record<Outcome, string>> = {
  completed: 'Rangkaian program Anda selesai. Terima kasih dan sukses selalu!',
  refused: 'Pendaftaran Anda ditutup karena syarat program belum terpenuhi.',
  expired: 'Keikutsertaan Anda berakhir karena batas waktu pelatihan sudah lewat.',
  withdrawn: 'Keikutsertaan Anda sudah berakhir.',
}

export const indonesian: Catalogue = {
  'stage.screening': 'Pemeriksaan kelayakan',
  'stage.admission': 'Menunggu gelombang',
  'stage.training': 'Pelatihan',
  'stage.incentives': 'Insentif',
  'stage.closed': 'Selesai',

  'outcome.completed': 'Selesai',
  'outcome.refused': 'Tidak memenuhi syarat',
  'outcome.expired': 'Melewati batas waktu pelatihan',
  'outcome.withdrawn': 'Berhenti',

  'timeline.registered': (v) => `Pendaftaran Anda di ${v.programme} sudah kami terima.`,
  'timeline.screened-eligible': 'Anda memenuhi syarat program dan dapat mengikuti gelombang.',
  'timeline.screened-refused': (v) => `Mohon maaf, Anda belum dapat mengikuti program ini. ${v.reasons}`,
  'timeline.admitted': (v) =>
    `Selamat, Anda ditetapkan sebagai peserta gelombang ${v.wave}. Saldo pelatihan Anda ${v.balance}. ` +
    `Mulailah pelatihan pertama paling lambat ${v.startBy}.`,
  'timeline.course-started': (v) => `Anda memulai pelatihan ${v.course} di ${v.institution}.`,
  'timeline.course-completed': (v) =>
    `Anda menyelesaikan pelatihan ${v.course}. Beri rating dan ulasan agar insentif dapat dijadwalkan.`,
  'timeline.course-rated': (v) => `Terima kasih atas rating dan ulasan Anda untuk pelatihan ${v.course}.`,
  'timeline.training-finished': 'Pelatihan Anda selesai; berikutnya insentif.',
  'timeline.tranche-scheduled': (v) => `${v.tranche} sebesar ${v.amount} dijadwalkan jatuh tempo pada ${v.dueAt}.`,
  'timeline.survey-opened': (v) =>
    `Survei untuk ${v.tranche} sebesar ${v.amount} sudah dijadwalkan. Isi paling lambat ${v.closesAt}.`,
  'timeline.survey-answered': (v) => `Terima kasih, survei untuk ${v.tranche} sudah kami terima.`,
  'timeline.survey-missed': (v) => `${v.tranche} tidak diberikan karena syaratnya belum terpenuhi sampai batas waktu.`,
  'timeline.training-expired':
    'Batas waktu pelatihan sudah lewat. Keikutsertaan Anda berakhir dan saldo pelatihan kembali ke kas negara.',
  'timeline.tranche-due': (v) => `${v.tranche} sebesar ${v.amount} dijadwalkan dikirim mulai ${v.releaseAt}.`,
  'timeline.disbursement-released': (v) => `${v.tranche} siap dikirim.`,
  'timeline.payout-sent': (v) => `${v.tranche} sebesar ${v.amount} sedang dikirim ke ${v.to}.`,
  'timeline.payout-sent-again': (v) =>
    `Permintaan yang sama untuk ${v.tranche} disampaikan sekali lagi; uang tidak dikirim dua kali.`,
  'timeline.payout-unknown': (v) =>
    `Mitra pembayaran belum memberi kepastian atas ${v.tranche} sebesar ${v.amount}. Kami menanyakannya sampai jelas; uang tidak dikirim dua kali.`,
  'timeline.payout-enquired': (v) => `Kami menanyakan kabar ${v.tranche} kepada mitra pembayaran.`,
  'timeline.payout-accepted': (v) => `${v.tranche} sudah diterima mitra pembayaran dan sedang diproses.`,
  'timeline.payout-paid': (v) => `${v.tranche} sebesar ${v.amount} sudah masuk ke ${v.to}.`,
  'timeline.payout-failing': 'Mitra pembayaran melaporkan kegagalan; dipastikan setelah rekening korannya diterima.',
  'timeline.payout-failed': (v) =>
    `${v.tranche} sebesar ${v.amount} belum berhasil dikirim. ${FAILURE[v.failure]} ${NEXT[v.failure]}`,
  'timeline.payout-returned': (v) =>
    `${v.tranche} sebesar ${v.amount} dikembalikan oleh bank atau dompet digital. Hak Anda tetap ada.`,
  'timeline.account-linked': (v) => `${v.account} sudah ditautkan untuk menerima insentif.`,
  'timeline.account-replaced': (v) => `Rekening Anda sudah diganti dengan ${v.account}.`,
  'timeline.account-failed': (v) => `Tidak ada lagi yang dikirim ke rekening atau dompet ini. ${FAILURE[v.failure]}`,
  'timeline.account-checked': (v) => v.result,
  'timeline.action-asked': (v) => `Yang perlu dilakukan untuk ${v.tranche}: ${v.action}`,
  'timeline.account-refused': (v) => `Rekening belum dapat ditautkan. ${FAILURE[v.failure]} ${NEXT[v.failure]}`,
  'timeline.needs-account': (v) => `${v.tranche} sebesar ${v.amount} menunggu rekening Anda. ${FAILURE[v.failure]}`,
  'timeline.float-short': (v) =>
    `${v.tranche} sebesar ${v.amount} menunggu dana penyaluran di mitra pembayaran. ${NEXT['float-short']}`,
  'timeline.float-restored': 'Dana penyaluran sudah tersedia dan pengiriman dilanjutkan.',
  'timeline.retry-scheduled': (v) => `${v.tranche} akan dikirim ulang secara otomatis.`,
  'timeline.review-decided': 'Dua petugas telah memutuskan sebuah pembayaran.',
  'timeline.receivable-opened': 'Sebuah pembayaran di luar hak diminta kembali.',
  'timeline.receivable-ended': 'Penagihan kembali telah selesai.',
  'timeline.deduction-made': (v) =>
    `${v.tranche} dipotong ${v.amount} (${v.reference}): ${CAUSE[v.cause]}. Yang dibayarkan ${v.net}.`,
  'timeline.fees-freed': 'Cadangan biaya yang tidak terpakai telah dilepas.',
  'deduction.whole': (v) =>
    `${v.tranche} dipotong ${v.amount} (${v.reference}): ${CAUSE[v.cause]}. Tidak ada sisa yang dibayarkan: insentif ini lunas.`,
  'timeline.review-needed': (v) =>
    `${v.tranche} sebesar ${v.amount} sedang diperiksa oleh dua petugas sebelum dilanjutkan.`,
  'timeline.disbursement-failed': (v) =>
    `${v.tranche} sebesar ${v.amount} belum dapat dikirim. ${FAILURE[v.failure]} ${NEXT[v.failure]}`,
  'timeline.disbursement-lapsed': (v) => `${v.tranche} sebesar ${v.amount} hangus karena batas waktunya sudah lewat.`,
  'timeline.disbursement-cancelled': (v) => `${v.tranche} sebesar ${v.amount} dibatalkan.`,
  'timeline.hold-placed': 'Penyaluran untuk Anda ditahan sementara untuk pemeriksaan. Hak Anda tetap tercatat.',
  'timeline.hold-released': 'Penahanan sudah dicabut dan penyaluran dilanjutkan.',
  'timeline.withdrawn': 'Keikutsertaan Anda dihentikan. Insentif yang belum dibayar tidak diberikan.',
  'timeline.corrected': 'Data Anda sudah diperbaiki.',
  'timeline.life-closed': (v) => CLOSED[v.outcome],
  'timeline.recovery-opened': 'Ada penyaluran yang kami urus kembali setelah program Anda selesai.',
  'timeline.recovery-closed': 'Penyaluran yang kami urus kembali sudah tuntas.',
  'timeline.identity-read': 'Data pribadi Anda dilihat oleh petugas; siapa petugasnya dicatat.',
  'timeline.identity-looked-up': 'Data pribadi Anda dicari oleh petugas; siapa petugasnya dicatat.',
  'timeline.programme-published': 'Ketentuan program diterbitkan.',
  'timeline.appropriation-set': 'Pagu program ditetapkan.',
  'timeline.float-funded': 'Dana diisi di mitra pembayaran.',
  'timeline.wave-opened': 'Gelombang dibuka.',
  'timeline.wave-closed': 'Gelombang ditutup.',
  'timeline.key-created': 'Kunci akses dibuat.',
  'timeline.key-revoked': 'Kunci akses dicabut.',
  'timeline.role-granted': 'Peran diberikan.',
  'timeline.role-ended': 'Peran diakhiri.',
  'timeline.message-redriven': 'Pesan yang gagal disampaikan dikirim kembali.',
  'timeline.message-died': 'Sebuah pesan tidak dapat disampaikan.',
  'timeline.callback-unmatched': 'Kabar dari mitra pembayaran belum cocok dengan kiriman mana pun.',
  'timeline.freeze-placed': 'Penyaluran dibekukan sementara. Hak Anda tetap tercatat.',
  'timeline.freeze-lifted': 'Pembekuan sudah dicabut oleh dua petugas dan penyaluran dilanjutkan.',
  'timeline.credential-adopted': 'Sistem mengambil alih kredensial mitra pembayaran yang dipakai pertama kali.',
  'timeline.credential-admitted': 'Dua petugas menyetujui kredensial mitra pembayaran.',
  'timeline.credential-ended': 'Kredensial mitra pembayaran diakhiri.',
  'timeline.proposal-made': 'Seorang petugas mengajukan usulan; petugas lain harus menyetujui.',
  'timeline.proposal-refused': 'Sebuah usulan ditolak sistem.',
  'timeline.proposal-approved': 'Petugas lain menyetujui usulan.',
  'timeline.proposal-released': 'Petugas ketiga melepas usulan yang sudah disetujui.',
  'timeline.proposal-rejected': 'Usulan tidak disetujui.',
  'timeline.proposal-executed': 'Usulan yang disetujui dua petugas sudah dilaksanakan.',
  'timeline.proposal-void': 'Usulan yang disetujui tidak dapat dilaksanakan lagi.',
  'timeline.proposal-expired': 'Usulan tidak disetujui sampai batas waktunya.',
  'timeline.decision-refused': 'Sebuah keputusan atas usulan ditolak sistem.',
  'timeline.signing-key-registered': 'Seorang petugas mendaftarkan kunci tanda tangan.',
  'timeline.signing-key-ended': 'Sebuah kunci tanda tangan diakhiri.',
  'timeline.statement-loaded': 'Rekening koran mitra pembayaran sudah diterima.',
  'timeline.statement-matched': 'Rekening koran mitra pembayaran sudah dicocokkan dengan catatan kami.',
  'timeline.statement-refused': 'Rekening koran mitra pembayaran tidak dapat dipakai.',
  'timeline.discrepancy-found': 'Rekening koran mitra pembayaran berbeda dengan catatan kami; petugas memeriksanya.',
  'timeline.discrepancy-assigned': 'Seorang petugas menangani selisih dengan mitra pembayaran.',
  'timeline.discrepancy-explained': 'Selisih dengan mitra pembayaran sudah dijelaskan; tidak ada dana yang berpindah.',
  'timeline.discrepancy-resolved': 'Dua petugas menyelesaikan selisih dengan mitra pembayaran.',
  'timeline.discrepancy-corrected': 'Rekening koran berikutnya dari mitra pembayaran tidak lagi menunjukkan selisih.',
  'timeline.restore-found':
    'Basis data ternyata lebih lama daripada yang sudah disampaikan; tidak ada yang dikirim sampai diperiksa petugas.',
  'timeline.restore-lowered': 'Basis data ternyata lebih lama lagi daripada yang diperkirakan.',
  'timeline.restore-asked': 'Sebagian mitra pembayaran sudah memberi tahu apa yang dikirim; yang lain ditanya lagi.',
  'timeline.restore-looked-up': 'Semua yang terutang telah dicocokkan pada mitra pembayaran.',
  'timeline.restore-closed': 'Rekening koran dari hari-hari yang hilang telah dicocokkan.',
  'timeline.payout-recovered': 'Mitra pembayaran memberi tahu kami tentang pembayaran yang sudah dikirim sebelumnya.',
  'run.collecting': 'Daftar sudah disusun dan menunggu diajukan.',
  'run.proposed': 'Daftar menunggu persetujuan.',
  'run.approved': 'Daftar disetujui; pembayaran pertama segera dicairkan.',
  'run.releasing': 'Pembayaran dalam daftar sedang dicairkan.',
  'run.paused': 'Daftar dihentikan sementara: tidak ada yang dikirim sampai dilanjutkan.',
  'run.closed': 'Daftar selesai.',
  'run.aborted': 'Daftar dibatalkan.',
  'run.void': 'Daftar dibatalkan sebelum disetujui.',
  'run.lines': (v) => `${v.waiting} menunggu dicairkan, ${v.out} sedang diproses.`,

  'timeline.run-collected': 'Daftar penyaluran disusun.',
  'timeline.run-approved': 'Petugas menyetujui daftar penyaluran.',
  'timeline.run-released': 'Pembayaran dalam daftar penyaluran mulai dicairkan.',
  'timeline.run-paused': 'Daftar penyaluran dihentikan sementara.',
  'timeline.run-resumed': 'Daftar penyaluran dilanjutkan.',
  'timeline.run-aborted': 'Dua petugas membatalkan daftar penyaluran.',
  'timeline.run-discarded': 'Daftar penyaluran dibatalkan sebelum disetujui.',
  'timeline.run-closed': 'Daftar penyaluran selesai.',
  'timeline.run-line-dropped':
    'Satu pembayaran dikeluarkan dari daftar penyaluran; yang menjadi hak dibayar pada daftar berikutnya.',
  'timeline.year-end-begun': 'Tahun anggaran mulai ditutup.',
  'timeline.year-end-step': 'Satu langkah penutupan tahun anggaran selesai.',
  'timeline.funds-returned': 'Sisa dana di mitra pembayaran disetor kembali ke kas negara.',
  'timeline.commitment-carried': 'Sisa alokasi dilanjutkan pada tahun anggaran berikutnya.',
  'timeline.disbursement-carried': 'Penyaluran yang sedang berjalan dilanjutkan pada tahun anggaran berikutnya.',
  'timeline.year-closed': 'Tahun anggaran ditutup.',

  'account.none': 'rekening yang ditautkan',
  'account.deadline': (v) => `Batas waktunya ${v.until}; sesudah itu insentif hangus.`,

  'account.deadline-hold': (v) =>
    `Batas waktunya ${v.until}; sesudah itu petugas bertanya dulu sebelum ada pembayaran.`,

  'action.relink': RELINK,
  'action.upgrade-wallet':
    'Silakan verifikasi dompet digital Anda dengan KTP, atau tautkan rekening lain. Dompet digital diperiksa lagi dan pengiriman berlanjut secara otomatis.',
  'action.wait-for-limit':
    'Silakan tunggu: pengiriman berlanjut secara otomatis saat batas bulanan dompet digital dimulai lagi. Atau tautkan rekening bank.',
  'action.correct-name':
    'Silakan perbaiki nama yang salah, atau tautkan rekening lain. Rekening diperiksa lagi dan pengiriman berlanjut secara otomatis.',
  'action.nothing': 'Anda tidak perlu melakukan apa pun.',

  'check.verified': (v) => `${v.account} sudah diperiksa dan dapat menerima pembayaran.`,
  'check.review': (v) => `${v.account} dapat menerima pembayaran; petugas memeriksa namanya.`,
  'check.refused': (v) => `${v.account} sudah diperiksa dan belum dapat menerima pembayaran.`,
  'check.unverified': (v) => `${v.account} belum dapat ditanyakan ke mitra pembayaran.`,
  'check.rests': (v) => `${v.account} sudah mencapai batas bulan ini dan dibayar lagi bulan depan.`,

  'money.owed': 'Sudah jatuh tempo dan menunggu dilepas.',
  'money.released': 'Sudah dilepas.',
  'money.in-flight': 'Sedang di mitra pembayaran.',
  'money.paid': 'Sudah dibayar.',
  'money.needs-account': 'Menunggu rekening lain.',
  'money.float-short': 'Menunggu dana di mitra pembayaran.',
  'money.review': 'Menunggu keputusan dua petugas.',
  'money.failed': 'Gagal dan perlu diperbaiki.',
  'money.lapsed': 'Hangus: batas waktunya sudah lewat.',
  'money.cancelled': 'Dibatalkan.',
  'engine.send': 'Sedang dikirim.',
  'engine.resend': 'Sedang dikirim ulang dengan kunci yang sama.',
  'engine.enquire': 'Statusnya sedang ditanyakan ke mitra pembayaran.',
  'engine.check-float': 'Saldo di mitra pembayaran sedang dibaca.',
  'engine.check-account': 'Rekening sedang ditanyakan ke mitra pembayaran.',
  'engine.give-up': 'Sedang diserahkan kepada petugas.',
  'waits.screening': 'Aturan sedang diterapkan pada data pendaftaran.',
  'waits.training': 'Menunggu pelatihan pertama dimulai, diselesaikan, dan dinilai.',
  'waits.incentives': 'Insentif dibayar saat jatuh tempo, survei ditunggu.',
  'waits.until': (v) => `Diperiksa lagi dengan sendirinya pada ${v.until}.`,

  'refused.too-young': (v) => `Usia Anda belum ${v.limit} tahun.`,
  'refused.too-old': (v) => `Usia Anda sudah melewati ${v.limit} tahun.`,
  'refused.not-citizen': 'Program ini hanya untuk warga negara Indonesia.',
  'refused.in-formal-education': 'Anda tercatat masih mengikuti pendidikan formal.',
  'refused.occupation-excluded': 'Pekerjaan Anda termasuk yang tidak dapat menerima program ini.',
  'refused.receives-aid': (v) => `Anda tercatat menerima bantuan lain dari pemerintah (${v.aid}).`,
  'refused.not-declared': 'Pernyataan pendaftar belum Anda setujui.',

  ...underPrefix('failure', FAILURE),
  ...underPrefix('next', NEXT),

  'attention.waiting-for-account': 'Menunggu rekening atau dompet digital peserta.',
  'attention.waiting-for-upgrade': 'Menunggu verifikasi dompet digital.',
  'attention.waiting-for-name': 'Menunggu perbaikan nama.',
  'attention.waiting-for-limit': 'Menunggu batas bulan depan dompet digital.',
  'attention.account-shared': 'Ditahan: rekening ini dipakai lebih banyak peserta daripada yang diizinkan.',
  'attention.account-doubtful': 'Ditahan: nama pemilik rekening meragukan.',
  'attention.action-overdue': 'Ditahan: peserta terlambat melakukan yang diminta.',
  'attention.waiting-for-float': 'Menunggu pengisian dana di mitra pembayaran.',
  'attention.on-hold': 'Ditahan.',
  'attention.account-unchecked': 'Mitra pembayaran belum dapat memastikan rekening; ditanyakan lagi secara otomatis.',
  'attention.payout-unknown': 'Hasil pengiriman belum pasti.',
  'attention.review': 'Menunggu keputusan dua petugas.',
  'attention.failed': 'Pengiriman gagal dan perlu diperbaiki.',
  'attention.gateway-refuses': 'Mitra pembayaran menolak kredensial atau izin kita.',
  'attention.frozen': 'Penyaluran dibekukan.',
  'attention.credential-not-in-force':
    'Sistem berjalan dengan kredensial mitra pembayaran yang belum disetujui dua petugas atau sudah diakhiri. Mintalah persetujuan dua petugas (caranya ada pada lunas doctor) atau pasang kembali kredensial lama; penyaluran lalu berlanjut sendiri.',
  'attention.waiting-for-admission': 'Menunggu penetapan gelombang.',
  'attention.waiting-for-training': 'Menunggu pembelian pelatihan pertama.',
  'attention.waiting-for-completion': 'Menunggu laporan penyelesaian pelatihan.',
  'attention.waiting-for-survey': 'Menunggu survei diisi.',
  'attention.life-failed': 'Alur peserta berhenti karena kesalahan.',
  'attention.message-dead': 'Pesan tidak dapat disampaikan.',

  'move.participant': 'Giliran peserta.',
  'move.institution': 'Giliran lembaga pelatihan.',
  'move.operator': 'Giliran petugas.',
  'move.gateway': 'Giliran mitra pembayaran.',
  'move.finance': 'Giliran bagian keuangan.',
}
