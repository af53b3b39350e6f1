// Made from the API by `npm run client`.
export interface paths {
    "/v1/programmes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the programmes the key has a part in
         * @description Roles: registrar, institution, operator, helpdesk, approver, auditor, administrator.
         */
        get: operations["listProgrammes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The newest version of a programme, whole
         * @description Roles: registrar, institution, operator, helpdesk, approver, auditor, administrator.
         */
        get: operations["getProgramme"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One version of a programme, whole
         * @description Roles: registrar, institution, operator, helpdesk, approver, auditor, administrator.
         */
        get: operations["getProgrammeVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/appropriations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What may be spent, is committed, owed and paid, by fiscal year
         * @description Roles: administrator, approver, operator, auditor.
         */
        get: operations["listAppropriations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/fundings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Money put at gateways, newest first
         * @description Roles: administrator, approver, operator, auditor.
         */
        get: operations["listFundings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/budget-report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the money of a fiscal year stands, by wave and in all
         * @description JSON, comma separated values, or a sheet (XLSX), by `format` or the Accept header. Its columns add up: appropriated = available + reserved, and reserved = committed + obligated + inFlight + paid + lapsed + carriedOver.
         *
         *     Roles: administrator, approver, operator, auditor.
         */
        get: operations["getBudgetReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/year-ends": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fiscal years that are being closed or are closed, newest first
         * @description A year is ended by the act `year-end` of two people.
         *
         *     Roles: administrator, approver, operator, auditor.
         */
        get: operations["listYearEnds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/waves": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The waves of a programme, newest first
         * @description Roles: operator, helpdesk, approver, auditor, administrator.
         */
        get: operations["listWaves"];
        put?: never;
        /**
         * Open a wave on the appropriation of a fiscal year
         * @description Roles: operator.
         */
        post: operations["openWave"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/waves/{wave}/admissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Admit the list of a decree: all or none
         * @description Reserves each person’s whole entitlement under the wave’s quota and appropriation.
         *
         *     Roles: operator.
         */
        post: operations["admitParticipants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/waves/{wave}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close a wave: nobody is admitted to it any more
         * @description Roles: operator.
         */
        post: operations["closeWave"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/waves/{wave}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One wave
         * @description Roles: operator, helpdesk, approver, auditor, administrator.
         */
        get: operations["getWave"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Participants by stage, wave, or why people should look
         * @description Roles: operator, auditor, helpdesk.
         */
        get: operations["listParticipants"];
        put?: never;
        /**
         * Register a person
         * @description A person is registered once per programme; asking again is recorded as a look-up. Screening follows by itself.
         *
         *     Roles: registrar.
         */
        post: operations["registerParticipant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants/{ref}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where one life stands: plan, money and account, nothing personal
         * @description Roles: operator, auditor, helpdesk, registrar, administrator.
         */
        get: operations["getParticipant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants/{ref}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened in one life, in words
         * @description Roles: operator, helpdesk, auditor, registrar.
         */
        get: operations["getTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants/{ref}/identity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who a person is, in clear; reading it is recorded with who did
         * @description Roles: helpdesk, operator.
         */
        get: operations["readIdentity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants/look-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find a participant by national id; asking is recorded with who did
         * @description A POST, so that the number is in no URL. Of the request only keyed hashes are stored.
         *
         *     Roles: helpdesk.
         */
        post: operations["lookUpParticipant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants/{ref}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything recorded about one person, in the order it happened
         * @description Roles: institution, registrar, operator, helpdesk, auditor.
         */
        get: operations["listEvidence"];
        put?: never;
        /**
         * Record that a course was started, completed or rated, or a survey answered
         * @description Roles: institution, registrar, operator.
         */
        post: operations["recordEvidence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants/{ref}/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every account a person has had, newest first, masked
         * @description Roles: registrar, operator, helpdesk, auditor.
         */
        get: operations["listAccounts"];
        put?: never;
        /**
         * Link the account a person is paid to, replacing the one before
         * @description As the person wishes, told by the service the person speaks with; what an operator changes is the act `account-change` of two people. The bank or wallet is asked whether the account can be paid and is the person’s own. When it cannot be asked, the account is linked as `unverified`. A replacement rests before it is used.
         *
         *     Roles: registrar.
         */
        post: operations["linkAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants/{ref}/accounts/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask again about an account that its owner has mended
         * @description For a wallet that was upgraded or a name that was corrected. It is asked about by itself as well, as often as the programme says; this is for whoever does not want to wait.
         *
         *     Roles: registrar, operator, helpdesk.
         */
        post: operations["checkAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants/{ref}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop all payments to one person
         * @description In force when answered, whether the workflow listens or not. 200 when the life has heard of it, else 202: it will by itself. A repetition with the same key gets the stored 202.
         *
         *     Roles: operator, helpdesk.
         */
        post: operations["holdParticipant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants/{ref}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a hold: payments go on
         * @description In force when answered, whether the workflow listens or not. 200 when the life has heard of it, else 202: it will by itself. A repetition with the same key gets the stored 202.
         *
         *     Roles: operator.
         */
        post: operations["releaseParticipant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants/{ref}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The person leaves: nothing more becomes due, what is under way ends first
         * @description In force when answered, whether the workflow listens or not. 200 when the life has heard of it, else 202: it will by itself. A repetition with the same key gets the stored 202.
         *
         *     Roles: operator.
         */
        post: operations["withdrawParticipant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/participants/{ref}/corrections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Correct what was registered; the old version is kept
         * @description In force when answered, whether the workflow listens or not. 200 when the life has heard of it, else 202: it will by itself. A repetition with the same key gets the stored 202.
         *
         *     Roles: operator, helpdesk.
         */
        post: operations["correctParticipant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/freezes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Freezes in force, or all, newest first
         * @description Roles: operator, helpdesk, approver, auditor, administrator.
         */
        get: operations["listFreezes"];
        put?: never;
        /**
         * Stop a scope: nothing in it is claimed or sent again
         * @description In force when answered: 201, or 200 with the freeze that stood already. Asking, callbacks and what is under way go on; nothing owed is lost. `all` and `gateway` need a role for every programme.
         *
         *     Roles: operator, approver, administrator.
         */
        post: operations["placeFreeze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/freezes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One freeze, and how it was lifted
         * @description Roles: operator, helpdesk, approver, auditor, administrator.
         */
        get: operations["getFreeze"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What gateways’ codes mean now, and by whose word
         * @description Every documented code and every other one that people have classed; with `vendorCode` that one, also where nobody has heard of it.
         *
         *     Roles: operator, helpdesk, approver, auditor, administrator.
         */
        get: operations["listFailures"];
        put?: never;
        /**
         * Class a code of a gateway as something safer
         * @description In force when answered: 201, or 200 when it means that already. Facts that come from now on are read so; what is on record stays. One person makes a code safer only: two people must decide, or it must be known what became of it, before another attempt, and neither was so before. Whatever else is proposed as the act `reclassification`. Needs a role for every programme.
         *
         *     Roles: operator, approver, administrator.
         */
        post: operations["reclassifyFailure"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Proposals, newest first: those that are open, or of another state
         * @description Roles: operator, helpdesk, approver, auditor, administrator.
         */
        get: operations["listProposals"];
        put?: never;
        /**
         * Put an act forward that takes two people
         * @description Nothing happens but that it is checked and written down: 202. It is refused at once when it could not be carried out now. The signature is the proposer’s own; services propose nothing. Which roles propose an act, and what its content is, are in `docs/approvals.md`.
         *
         *     Roles: operator, helpdesk, approver, administrator.
         */
        post: operations["proposeAct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One proposal with everything that was signed
         * @description Roles: operator, helpdesk, approver, auditor, administrator.
         */
        get: operations["getProposal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals/{id}/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * One person’s word on a proposal
         * @description The last word that is needed carries the act out in the same commit: `executed`, or `void` with the reason when what is there no longer lets it be done. The decision names the hash of the content that was looked at. Refusals are recorded.
         *
         *     Roles: operator, helpdesk, approver, auditor, administrator.
         */
        post: operations["decideOnProposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every signing key, newest first, also those that have ended: signatures are verified with them
         * @description Roles: operator, approver, auditor, administrator.
         */
        get: operations["listSigningKeys"];
        put?: never;
        /**
         * Register the caller’s own first signing key
         * @description Once a person. Another key in its place, also after it has ended, is the act `signing-key`, to which others agree: an API key alone signs nothing.
         *
         *     Roles: registrar, institution, operator, helpdesk, approver, auditor, administrator.
         */
        post: operations["registerSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/signing-keys/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a signing key at once: one’s own, or as an administrator anybody’s
         * @description What was signed with it stays valid; nothing more is signed with it.
         *
         *     Roles: registrar, institution, operator, helpdesk, approver, auditor, administrator.
         */
        post: operations["endSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Payout runs that have not ended, newest first
         * @description All of them with `state=any`; of the programmes in which the key has a role.
         *
         *     Roles: operator, approver, auditor, administrator.
         */
        get: operations["listRuns"];
        put?: never;
        /**
         * Collect what a programme owes, up to a cut-off
         * @description Takes everything that is due and can be paid: nobody on hold, frozen or withdrawn, nothing on an open run. The run is then put forward as the act `run-release`, with its hash.
         *
         *     Roles: operator, approver.
         */
        post: operations["collectRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{run}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One payout run
         * @description Roles: operator, approver, auditor, administrator.
         */
        get: operations["getRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{run}/lines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The lines of a run, in the order in which they are hashed
         * @description Roles: operator, approver, auditor, administrator.
         */
        get: operations["listRunLines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{run}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a run comes to by gateway, region, tranche and outcome
         * @description Roles: operator, approver, auditor, administrator.
         */
        get: operations["getRunReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{run}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The result file: every line, its outcome and its reason
         * @description JSON, or comma separated values with `format=csv`. Final once the run has ended.
         *
         *     Roles: operator, approver, auditor, administrator.
         */
        get: operations["getRunResult"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{run}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a run: nothing of it is claimed or sent again
         * @description In force when answered, and nothing is queued. What is under way at the gateway goes on.
         *
         *     Roles: operator, approver, administrator.
         */
        post: operations["pauseRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{run}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a paused run go on
         * @description Under the approval it has, which has gone on running out.
         *
         *     Roles: operator, approver.
         */
        post: operations["resumeRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{run}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Drop a run that nobody has approved
         * @description An approved one is aborted by the act `run-abort` of two people.
         *
         *     Roles: operator, approver, administrator.
         */
        post: operations["discardRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/disbursements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Disbursements by state
         * @description Roles: operator, auditor, helpdesk, approver.
         */
        get: operations["listDisbursements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/disbursements/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One disbursement and all its attempts
         * @description Roles: operator, auditor, helpdesk, approver.
         */
        get: operations["getDisbursement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/deductions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was taken off what people are owed
         * @description Roles: operator, auditor, helpdesk, approver.
         */
        get: operations["listDeductions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/payouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Payouts by state
         * @description Roles: operator, auditor, helpdesk, approver.
         */
        get: operations["listPayouts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/payouts/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One payout with every send and everything learnt about it
         * @description Roles: operator, auditor, helpdesk, approver.
         */
        get: operations["getPayout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/ledger/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every account with what it took and gave
         * @description Summed from the postings at each call: exact, and slow on large books.
         *
         *     Roles: auditor, operator, approver.
         */
        get: operations["listLedgerAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/ledger/postings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Postings in the order they were written
         * @description Roles: auditor, operator, approver.
         */
        get: operations["listPostings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/discrepancies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Differences between statements and our books, in the order in which they were found
         * @description Those that are not resolved, or only those among them that are overdue, or with `state=any` all; of the programmes in which the key has a role.
         *
         *     Roles: operator, approver, auditor, administrator.
         */
        get: operations["listDiscrepancies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/discrepancies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One difference, with what became of it
         * @description Roles: operator, approver, auditor, administrator.
         */
        get: operations["getDiscrepancy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/discrepancies/{id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make somebody look after it
         * @description Roles: operator, approver.
         */
        post: operations["assignDiscrepancy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/discrepancies/{id}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End one that has no money in it
         * @description One with money in it is refused: one person alone cannot decide where that money is.
         *
         *     Roles: operator, approver.
         */
        post: operations["explainDiscrepancy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/programmes/{programme}/reconciliation/{gateway}/{day}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The day of a programme at a gateway: its statement, and what differed
         * @description With `format=csv` as comma separated values, a line for each class of difference.
         *
         *     Roles: operator, approver, auditor, administrator.
         */
        get: operations["getReconciliationDay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What waits for the decision of two people
         * @description Of the programmes in which the key has a role.
         *
         *     Roles: operator, approver, auditor, administrator.
         */
        get: operations["listReviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reviews/{disbursement}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One review, with all that was learnt and what the statements say differently
         * @description Roles: operator, approver, auditor, administrator.
         */
        get: operations["getReview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/receivables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was delivered and nobody was owed: to be had back
         * @description Roles: operator, approver, auditor, administrator.
         */
        get: operations["listReceivables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every key without its secret, newest first
         * @description Roles: administrator, auditor.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Create a key for a person or service and grant roles
         * @description The secret is in the first answer only. A repetition with the same Idempotency-Key answers without it. Keys with the role registrar, operator, approver or administrator, and further keys of whoever has one of these, are the act `key` of two people.
         *
         *     Roles: administrator.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a key
         * @description In force at once in this process, within two seconds in the others.
         *
         *     Roles: administrator.
         */
        post: operations["revokeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roles/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a role of a person or service
         * @description Whichever key it is used with. In force at once in this process, within two seconds in the others. What was granted and ended stays on record.
         *
         *     Roles: administrator.
         */
        post: operations["endRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/dead": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages that could not be delivered, oldest first
         * @description Roles: operator, administrator.
         */
        get: operations["listDeadMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The process answers
         * @description Public.
         */
        get: operations["getLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything the service needs is there
         * @description The database with all its guards; 503 lists what is not there. While Temporal is away, requests are taken and messages wait.
         *
         *     Public.
         */
        get: operations["getReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Numbers in Prometheus form
         * @description Without a key only from the machine itself; from afar with the key of an auditor or administrator.
         *
         *     Public.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a refusal means and what to do about it
         * @description Public.
         */
        get: operations["getProblem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Leads to the documentation
         * @description Public.
         */
        get: operations["getRoot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/gateways/{gateway}/callbacks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take in what a gateway says about a payout
         * @description Authenticated by the gateway’s signature over the raw bytes. 202 for a reference we do not know: it is kept. A repetition changes nothing.
         *
         *     Public.
         */
        post: operations["receiveCallback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An amount: whole minor units as text, because JSON numbers lose digits, and its currency */
        Money: {
            /**
             * @description Minor units (sen) in digits: "60000000" is Rp 600.000
             * @example 60000000
             */
            minor: string;
            /**
             * @description ISO 4217
             * @example IDR
             */
            currency: string;
        };
        /** @description A text in Indonesian and English */
        Bilingual: {
            id: string;
            en: string;
        };
        /** @description A refusal (RFC 9457) */
        Problem: {
            /**
             * Format: uri
             * @description A page about this kind of problem
             */
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @description The request id, as in the log */
            instance: string;
            /** @enum {unknown} */
            code: "invalid-request" | "malformed-request" | "malformed-json" | "unsupported-media-type" | "body-too-large" | "headers-too-large" | "request-timeout" | "unauthenticated" | "forbidden" | "not-found" | "method-not-allowed" | "unknown-programme" | "unknown-wave" | "unknown-course" | "unknown-participant" | "unknown-gateway" | "unknown-survey" | "programme-invalid" | "programme-version-exists" | "participant-exists" | "family-card-full" | "wave-exists" | "wave-not-open" | "wave-quota-exceeded" | "appropriation-too-small" | "budget-exceeded" | "year-ending" | "year-not-over" | "next-year-missing" | "not-awaiting-admission" | "not-admitted" | "evidence-exists" | "evidence-out-of-order" | "survey-not-open" | "account-refused" | "account-unchanged" | "already-held" | "not-held" | "life-closed" | "message-not-dead" | "freeze-lifted" | "region-frozen" | "discrepancy-resolved" | "nothing-owed" | "release-automatic" | "run-not-open" | "run-changed" | "run-needs-more" | "review-moved" | "two-people-needed" | "own-proposal" | "already-decided" | "decision-not-awaited" | "proposal-not-open" | "proposal-expired" | "proposal-stale" | "signature-invalid" | "signing-key-missing" | "signing-key-exists" | "key-revoked" | "key-exists" | "idempotency-key-missing" | "idempotency-key-reused" | "idempotency-key-in-flight" | "callback-unauthentic" | "callback-malformed" | "rate-limited" | "overloaded" | "not-ready" | "timeout" | "conflict" | "internal";
            errors?: {
                /** @description JSON pointer (RFC 6901) into the body */
                pointer?: string;
                /** @description A parameter of the path or query, or a header */
                parameter?: string;
                detail: string;
            }[];
            /** @description participant-exists: the participant */
            ref?: string;
            /** @description account-refused: why */
            failure?: string;
        };
        /** @description What a gateway was asked about an account, and what was made of the answer */
        AccountCheck: {
            /**
             * Format: date-time
             * @description RFC 3339
             */
            at: string;
            gateway: string;
            /**
             * @description `review`: it can be paid, and people look at the name; `unverified`: nobody could be asked
             * @enum {unknown}
             */
            verdict: "verified" | "review" | "refused" | "unverified";
            /** @description Why it was refused */
            code: string | null;
            /** @description How well the name at the bank or wallet agrees with the identity card; null where it was not told */
            score: number | null;
            /** @description What differs between the two names */
            reasons: ("titles" | "abbreviations" | "old-spelling" | "joined-words" | "order" | "initials" | "cut-off" | "spelling" | "missing-words" | "other-words" | "nothing-in-common")[];
        };
        /** @description A link to an account */
        Account: {
            /** Format: uuid */
            id: string;
            /** @enum {unknown} */
            kind: "bank" | "wallet";
            institution: string;
            /**
             * @description The last four digits
             * @example ••1653
             */
            masked: string;
            /** @enum {unknown} */
            state: "unverified" | "verified" | "failed" | "replaced";
            /** @description Why it failed */
            reason: string | null;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            linkedAt: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            usableFrom: string;
            /** Format: date-time */
            endedAt: string | null;
            /**
             * Format: date-time
             * @description Nothing is sent to it before: its limit of the month is used up
             */
            restsUntil: string | null;
            /**
             * Format: date-time
             * @description When it is asked about again, where its owner is to mend it
             */
            checkAt: string | null;
            /** @description It was linked when as many people as the programme allows were paid to it: nothing is sent to it */
            shared: boolean;
            /** @description Its name agrees too little with the identity card, and nobody has decided about that: nothing is sent to it */
            doubtful: boolean;
            checks: components["schemas"]["AccountCheck"][];
            /** @description The payouts that used this link, by key */
            payouts: string[];
        };
        /** @description The whole list */
        AccountList: {
            data: components["schemas"]["Account"][];
        };
        /** @description An account that was linked; `unverified` when the bank or wallet could not be asked */
        AccountLinked: {
            /** Format: uuid */
            id: string;
            /** @enum {unknown} */
            state: "verified" | "unverified";
            /**
             * Format: date-time
             * @description RFC 3339
             */
            usableFrom: string;
        };
        /** @description An account that is being asked about */
        AccountAsked: {
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
        };
        /** @description One tranche owed to one person: the obligation */
        Disbursement: {
            key: string;
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
            tranche: string;
            amount: components["schemas"]["Money"];
            deducted: components["schemas"]["Money"];
            /** @description Rises with each change: what two people decide is bound to it */
            version: number;
            /** @enum {unknown} */
            state: "owed" | "released" | "in-flight" | "paid" | "needs-account" | "float-short" | "review" | "failed" | "lapsed" | "cancelled";
            reason: string | null;
            attempts: number;
            /** @description How often the money came back after success */
            returns: number;
            returned: components["schemas"]["Money"];
            /**
             * Format: date-time
             * @description RFC 3339
             */
            owedAt: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            releaseAt: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            lapsesAt: string;
            /** Format: date-time */
            firstPaidAt: string | null;
            /** Format: date-time */
            paidAt: string | null;
        };
        /** @description One page */
        DisbursementPage: {
            data: components["schemas"]["Disbursement"][];
            /** @description Null on the last page */
            nextCursor: string | null;
            hasMore: boolean;
        };
        /** @description What was taken off what a person is owed, as two people agreed */
        Deduction: {
            /** Format: uuid */
            id: string;
            disbursement: string;
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
            /** @description What was paid in error and is set off */
            payout: string | null;
            /** @enum {unknown} */
            cause: "paid-in-error" | "tax" | "court-order";
            /** @description Number of the document that orders it */
            reference: string;
            amount: components["schemas"]["Money"];
            /** Format: uuid */
            proposal: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            madeAt: string;
        };
        /** @description One page */
        DeductionPage: {
            data: components["schemas"]["Deduction"][];
            /** @description Null on the last page */
            nextCursor: string | null;
            hasMore: boolean;
        };
        /** @description One attempt to deliver a disbursement */
        Payout: {
            key: string;
            disbursement: string;
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
            /** @description Which attempt */
            n: number;
            gateway: string;
            /** @description What the gateway knows it by */
            reference: string;
            amount: components["schemas"]["Money"];
            institution: string;
            /** @description Masked */
            account: string;
            /** @enum {unknown} */
            state: "submitting" | "unknown" | "accepted" | "processing" | "failing" | "paid" | "failed" | "cancelled" | "not-sent" | "returned" | "review";
            /**
             * @description Where the amount stands: on its way, with the person, owed again; or what was not owed, and is to be had back
             * @enum {unknown}
             */
            money: "clearing" | "credited" | "back" | "receivable" | "written-off" | "repaid";
            returned: components["schemas"]["Money"];
            gatewayId: string | null;
            failure: {
                /** @enum {string|null} */
                class: "retry-same" | "retry-new" | "float-short" | "needs-account" | "permanent" | "compliance" | "config" | "unknown" | "undocumented" | null;
                code: string;
                vendorCode: string | null;
            } | null;
            alarm: string | null;
            sendCount: number;
            enquiries: number;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            claimedAt: string;
            /** Format: date-time */
            finishedAt: string | null;
        };
        /** @description One page */
        PayoutPage: {
            data: components["schemas"]["Payout"][];
            /** @description Null on the last page */
            nextCursor: string | null;
            hasMore: boolean;
        };
        /** @description A disbursement and all its attempts */
        DisbursementWithPayouts: {
            key: string;
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
            tranche: string;
            amount: components["schemas"]["Money"];
            deducted: components["schemas"]["Money"];
            /** @description Rises with each change: what two people decide is bound to it */
            version: number;
            /** @enum {unknown} */
            state: "owed" | "released" | "in-flight" | "paid" | "needs-account" | "float-short" | "review" | "failed" | "lapsed" | "cancelled";
            reason: string | null;
            attempts: number;
            /** @description How often the money came back after success */
            returns: number;
            returned: components["schemas"]["Money"];
            /**
             * Format: date-time
             * @description RFC 3339
             */
            owedAt: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            releaseAt: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            lapsesAt: string;
            /** Format: date-time */
            firstPaidAt: string | null;
            /** Format: date-time */
            paidAt: string | null;
            payouts: components["schemas"]["Payout"][];
        };
        /** @description A payout with every send of its bytes and everything that was learnt about it */
        PayoutWithHistory: {
            key: string;
            disbursement: string;
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
            /** @description Which attempt */
            n: number;
            gateway: string;
            /** @description What the gateway knows it by */
            reference: string;
            amount: components["schemas"]["Money"];
            institution: string;
            /** @description Masked */
            account: string;
            /** @enum {unknown} */
            state: "submitting" | "unknown" | "accepted" | "processing" | "failing" | "paid" | "failed" | "cancelled" | "not-sent" | "returned" | "review";
            /**
             * @description Where the amount stands: on its way, with the person, owed again; or what was not owed, and is to be had back
             * @enum {unknown}
             */
            money: "clearing" | "credited" | "back" | "receivable" | "written-off" | "repaid";
            returned: components["schemas"]["Money"];
            gatewayId: string | null;
            failure: {
                /** @enum {string|null} */
                class: "retry-same" | "retry-new" | "float-short" | "needs-account" | "permanent" | "compliance" | "config" | "unknown" | "undocumented" | null;
                code: string;
                vendorCode: string | null;
            } | null;
            alarm: string | null;
            sendCount: number;
            enquiries: number;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            claimedAt: string;
            /** Format: date-time */
            finishedAt: string | null;
            sends: {
                number: number;
                /**
                 * Format: date-time
                 * @description RFC 3339
                 */
                startedAt: string;
                /**
                 * Format: date-time
                 * @description RFC 3339
                 */
                sendBy: string;
                /** Format: date-time */
                endedAt: string | null;
                result: string | null;
            }[];
            observations: {
                source: string;
                fact: string;
                observed: string | null;
                vendorStatus: string | null;
                decision: string;
                fromState: string;
                toState: string;
                /**
                 * Format: date-time
                 * @description RFC 3339
                 */
                observedAt: string;
            }[];
        };
        /** @description What an account took and gave, summed from its postings */
        LedgerAccount: {
            /** @example funds:clearing:sandbox */
            account: string;
            /**
             * @description The side on which more means more
             * @enum {unknown}
             */
            normal: "debit" | "credit";
            /** @description Minor units */
            debit: string;
            /** @description Minor units */
            credit: string;
            /** @description Minor units on the normal side; may be negative */
            balance: string;
            currency: string;
            postings: number;
        };
        /** @description The whole list */
        LedgerAccountList: {
            data: components["schemas"]["LedgerAccount"][];
        };
        /** @description One immutable movement of one amount */
        Posting: {
            id: string;
            key: string;
            line: number;
            event: string;
            debit: string;
            credit: string;
            amount: components["schemas"]["Money"];
            ref: string | null;
            subject: string;
            fiscalYear: number;
            budgetLine: string;
            /** Format: date */
            businessDate: string;
            period: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            recordedAt: string;
        };
        /** @description One page */
        PostingPage: {
            data: components["schemas"]["Posting"][];
            /** @description Null on the last page */
            nextCursor: string | null;
            hasMore: boolean;
        };
        /** @description Where a person wants to be paid */
        AccountDetails: {
            /** @enum {unknown} */
            kind: "bank" | "wallet";
            /** @example ID.BNI */
            institution: string;
            /** @description Bank: digits. Wallet: mobile number */
            number: string;
            holder: string;
        };
        /** @description What a person registers with */
        Registration: {
            /** @description NIK */
            nationalId: string;
            familyCardNumber?: string;
            name: string;
            /** @example 1995-08-17 */
            birthDate: string;
            /**
             * @description ISO 3166-1 alpha-2
             * @example ID
             */
            citizenship: string;
            /** @enum {unknown} */
            occupation: "job-seeker" | "laid-off" | "furloughed" | "worker" | "informal-worker" | "small-business-owner" | "homemaker" | "state-official" | "legislator" | "civil-servant" | "soldier" | "police-officer" | "village-head" | "village-official" | "state-company-director";
            /** @enum {unknown} */
            education: "none" | "in-formal-education";
            aid: ("pkh" | "bpnt" | "bsu" | "bpum")[];
            /** @description The person signed that all this is true */
            declared: boolean;
            /** @example +6281200004327 */
            phone: string;
            email?: string;
            /**
             * @description Province and regency
             * @example 3275
             */
            region: string;
            returnedMigrant: boolean;
            account?: components["schemas"]["AccountDetails"];
        };
        /** @description A person who was registered */
        Registered: {
            programme: string;
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
            /** @enum {unknown} */
            stage: "screening" | "admission" | "training" | "incentives" | "closed";
            /** @description What people who decide should look at; it refuses nobody */
            warnings: {
                pointer: string;
                detail: string;
            }[];
            links: {
                self: string;
                timeline: string;
                temporal: string;
            };
        };
        /** @description Why people should look, since when, and who acts next */
        Attention: {
            code: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            since: string;
            ageSeconds: number;
            /** @enum {unknown} */
            whoseMove: "participant" | "institution" | "operator" | "gateway" | "finance";
        };
        /** @description A participant in a list */
        ParticipantSummary: {
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
            /** @enum {unknown} */
            stage: "screening" | "admission" | "training" | "incentives" | "closed";
            /** @enum {string|null} */
            outcome: "completed" | "refused" | "expired" | "withdrawn" | null;
            wave: string | null;
            region: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            registeredAt: string;
            attention: components["schemas"]["Attention"] | null;
        };
        /** @description One page */
        ParticipantPage: {
            data: components["schemas"]["ParticipantSummary"][];
            /** @description Null on the last page */
            nextCursor: string | null;
            hasMore: boolean;
        };
        /** @description What is to be done next about money that waits, by whom, and until when */
        NextStep: {
            /** @enum {unknown} */
            action: "relink" | "upgrade-wallet" | "wait-for-limit" | "correct-name" | "nothing";
            /** @enum {unknown} */
            whoseMove: "participant" | "institution" | "operator" | "gateway" | "finance";
            text: components["schemas"]["Bilingual"];
            /**
             * Format: date-time
             * @description Until when it is to be done
             */
            by: string | null;
            /**
             * @description What happens when that passes
             * @enum {string|null}
             */
            otherwise: "lapse" | "hold" | null;
            /**
             * Format: date-time
             * @description When the payment goes on, or the account is asked about again, by itself
             */
            resumesAt: string | null;
        };
        /** @description One part of the person’s plan */
        Tranche: {
            code: string;
            name: components["schemas"]["Bilingual"];
            amount: components["schemas"]["Money"];
            /** @enum {unknown} */
            state: "planned" | "open" | "due" | "missed" | "cancelled";
            /** Format: date-time */
            opensAt: string | null;
            /** Format: date-time */
            closesAt: string | null;
            /** Format: date-time */
            dueAt: string | null;
            disbursement: components["schemas"]["Disbursement"] | null;
            next: components["schemas"]["NextStep"] | null;
        };
        /** @description Where a life stands; nothing personal */
        Participant: {
            programme: string;
            /** @description The programme version the person stays on */
            version: number;
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
            /** @enum {unknown} */
            stage: "screening" | "admission" | "training" | "incentives" | "closed";
            /** @enum {string|null} */
            outcome: "completed" | "refused" | "expired" | "withdrawn" | null;
            wave: string | null;
            region: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            registeredAt: string;
            attention: components["schemas"]["Attention"] | null;
            /** Format: date-time */
            admittedAt: string | null;
            /** Format: date-time */
            trainedAt: string | null;
            /** Format: date-time */
            closedAt: string | null;
            /** Format: date-time */
            withdrawnAt: string | null;
            hold: {
                /**
                 * Format: date-time
                 * @description RFC 3339
                 */
                since: string;
                reason: string;
                /**
                 * @description Why the engine has placed it; null where somebody has
                 * @enum {string|null}
                 */
                cause: "account-shared" | "account-doubtful" | "action-overdue" | null;
            } | null;
            checks: {
                rule: string;
                /** @enum {unknown} */
                outcome: "pass" | "fail";
                code: string;
            }[];
            account: components["schemas"]["Account"] | null;
            tranches: components["schemas"]["Tranche"][];
            received: components["schemas"]["Money"];
            temporalUrl: string;
        };
        /** @description Who a person is. Reading it is recorded */
        Identity: {
            nationalId: string;
            familyCardNumber?: string;
            name: string;
            birthDate: string;
            citizenship: string;
            occupation: string;
            education: string;
            aid: string[];
            declared: boolean;
            phone: string;
            email?: string;
            region: string;
            returnedMigrant: boolean;
        };
        /** @description A person to be found by national id */
        LookUp: {
            /** @description NIK */
            nationalId: string;
        };
        /** @description The participant of a national id */
        Found: {
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
        };
        /** @description A fact that training or a survey happened */
        NewEvidence: {
            /** @enum {unknown} */
            kind: "course-started" | "course-completed" | "course-rated" | "survey-answered";
            /** @description Code of the course or survey */
            subject: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            occurredAt: string;
            /** @description Certificate or record number */
            document?: string;
        };
        /** @description Evidence that was recorded; the life hears of it by itself */
        EvidenceTaken: {
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
            /** @enum {unknown} */
            kind: "course-started" | "course-completed" | "course-rated" | "survey-answered";
            subject: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            occurredAt: string;
        };
        /** @description A recorded fact with its source */
        Evidence: {
            kind: string;
            subject: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            occurredAt: string;
            document: string | null;
            /** @description Who reported it */
            source: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            recordedAt: string;
        };
        /** @description The whole list */
        EvidenceList: {
            data: components["schemas"]["Evidence"][];
        };
        /** @description One thing that happened, told in the language asked for, or in both */
        TimelineLine: {
            /**
             * Format: date-time
             * @description RFC 3339 with the offset of the programme’s zone
             */
            at: string;
            act: string;
            /** @description The person or service, or `engine` */
            by: string;
            text: {
                id?: string;
                en?: string;
            };
        };
        /** @description The whole list */
        Timeline: {
            data: components["schemas"]["TimelineLine"][];
        };
        /** @description Why somebody acts */
        Because: {
            /** @description Why, for the audit trail. Nothing personal */
            reason: string;
        };
        /** @description What was registered wrongly. The national id cannot be changed: it is another person’s */
        Correction: {
            /** @description Why, for the audit trail. Nothing personal */
            reason: string;
            changes: {
                name?: string;
                /** @example 1995-08-17 */
                birthDate?: string;
                /** @example +6281200004327 */
                phone?: string;
                email?: string;
                /** @enum {unknown} */
                occupation?: "job-seeker" | "laid-off" | "furloughed" | "worker" | "informal-worker" | "small-business-owner" | "homemaker" | "state-official" | "legislator" | "civil-servant" | "soldier" | "police-officer" | "village-head" | "village-official" | "state-company-director";
                /** @enum {unknown} */
                education?: "none" | "in-formal-education";
                /**
                 * @description Province and regency
                 * @example 3275
                 */
                region?: string;
                familyCardNumber?: string;
            };
        };
        /** @description An act that is in force */
        Told: {
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
            /** @description The life knows already; else it will by itself */
            heard: boolean;
            messageId: string;
        };
        /** @description amount = available + committed; of the committed some is obligated (owed), and of the obligated some is disbursed (paid); what went over to the next fiscal year is committed too */
        Appropriation: {
            /** Format: uuid */
            id: string;
            fiscalYear: number;
            budgetLine: string;
            number: string;
            /**
             * Format: date
             * @description Of the document of that number
             */
            date: string | null;
            amount: components["schemas"]["Money"];
            committed: components["schemas"]["Money"];
            obligated: components["schemas"]["Money"];
            disbursed: components["schemas"]["Money"];
            carriedOver: components["schemas"]["Money"];
            available: components["schemas"]["Money"];
        };
        /** @description The whole list */
        AppropriationList: {
            data: components["schemas"]["Appropriation"][];
        };
        /** @description Money the treasury put at a gateway */
        Funding: {
            /** Format: uuid */
            id: string;
            gateway: string;
            number: string;
            amount: components["schemas"]["Money"];
            /**
             * Format: date-time
             * @description RFC 3339
             */
            recordedAt: string;
        };
        /** @description The whole list */
        FundingList: {
            data: components["schemas"]["Funding"][];
        };
        /** @description A wave on the appropriation of a fiscal year */
        NewWave: {
            /** @example G01 */
            code: string;
            quota: number;
            fiscalYear: number;
        };
        /** @description A group admitted together */
        Wave: {
            /** @example G01 */
            code: string;
            /** @enum {unknown} */
            state: "open" | "closed";
            fiscalYear: number;
            quota: number;
            admitted: number;
            /** @description Number of the first decree */
            decree: string | null;
            /**
             * Format: date
             * @description The day of the first decree
             */
            decreeDate: string | null;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            openedAt: string;
            /** Format: date-time */
            closedAt: string | null;
        };
        /** @description The whole list */
        WaveList: {
            data: components["schemas"]["Wave"][];
        };
        /** @description A wave that was opened */
        WaveOpened: {
            /** @example G01 */
            code: string;
            /** @enum {string} */
            state: "open";
        };
        /** @description A wave that was closed */
        WaveClosed: {
            /** @example G01 */
            code: string;
            /** @enum {string} */
            state: "closed";
        };
        /** @description reserved = committed + obligated + inFlight + paid + lapsed + carriedOver. Beside these: what came back in all, and what was taken over from the year before */
        BudgetWave: {
            /** @example G01 */
            wave: string;
            decree: string | null;
            /** Format: date */
            decreeDate: string | null;
            people: number;
            reserved: components["schemas"]["Money"];
            committed: components["schemas"]["Money"];
            obligated: components["schemas"]["Money"];
            inFlight: components["schemas"]["Money"];
            paid: components["schemas"]["Money"];
            lapsed: components["schemas"]["Money"];
            carriedOver: components["schemas"]["Money"];
            returned: components["schemas"]["Money"];
            carriedIn: components["schemas"]["Money"];
        };
        /** @description appropriated = available + reserved + feesReserved + feesSpent; people and the columns of the waves are the sums of theirs */
        BudgetTotal: {
            appropriated: components["schemas"]["Money"];
            available: components["schemas"]["Money"];
            feesReserved: components["schemas"]["Money"];
            feesSpent: components["schemas"]["Money"];
            people: number;
            reserved: components["schemas"]["Money"];
            committed: components["schemas"]["Money"];
            obligated: components["schemas"]["Money"];
            inFlight: components["schemas"]["Money"];
            paid: components["schemas"]["Money"];
            lapsed: components["schemas"]["Money"];
            carriedOver: components["schemas"]["Money"];
            returned: components["schemas"]["Money"];
            carriedIn: components["schemas"]["Money"];
            returnedToTreasury: components["schemas"]["Money"];
        };
        /** @description An appropriation of the year, and its document */
        BudgetLine: {
            budgetLine: string;
            number: string;
            /** Format: date */
            date: string | null;
            amount: components["schemas"]["Money"];
        };
        /** @description A payout run that was approved, with what of it is owed from the year, and its documents */
        BudgetRun: {
            run: string;
            paymentOrder: string | null;
            /** Format: date */
            paymentOrderDate: string | null;
            warrant: string | null;
            /** Format: date */
            warrantDate: string | null;
            lines: number;
            amount: components["schemas"]["Money"];
        };
        /** @description A programme’s fiscal year as its ledger has it */
        BudgetReport: {
            /** @example demo */
            programme: string;
            fiscalYear: number;
            /**
             * @description The last step of its end that is done; null while nobody ends it
             * @enum {string|null}
             */
            yearEnd: "frozen" | "lapsed" | "returned" | "carried" | "closed" | null;
            appropriations: components["schemas"]["BudgetLine"][];
            waves: components["schemas"]["BudgetWave"][];
            runs: components["schemas"]["BudgetRun"][];
            total: components["schemas"]["BudgetTotal"];
        };
        /** @description A fiscal year that is being closed, or is closed */
        YearEnd: {
            fiscalYear: number;
            /** @description Number of the document that orders it */
            document: string;
            /**
             * @description The last step that is done
             * @enum {unknown}
             */
            state: "frozen" | "lapsed" | "returned" | "carried" | "closed";
            /** @description How many obligations lapsed */
            lapsed: number;
            /** @description Minor units */
            lapsedAmount: string;
            /** @description Went back to the treasury, minor units */
            returnedAmount: string;
            /** @description How many people’s promises went over to the next year */
            carried: number;
            /** @description Minor units */
            carriedAmount: string;
            /** @description Why it does not go on: people mend that, and it goes on by itself */
            refusal: string | null;
            proposal: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            frozenAt: string;
            /** Format: date-time */
            closedAt: string | null;
        };
        /** @description The whole list */
        YearEndList: {
            data: components["schemas"]["YearEnd"][];
        };
        /** @description The newest version of a programme */
        ProgrammeSummary: {
            code: string;
            version: number;
            name: components["schemas"]["Bilingual"];
            currency: string;
            zone: string;
            budgetLine: string;
        };
        /** @description The whole list */
        ProgrammeList: {
            data: components["schemas"]["ProgrammeSummary"][];
        };
        /** @description A key of one person or one service; roles belong to the person, whichever key is used */
        NewKey: {
            person: string;
            /** @enum {unknown} */
            kind: "person" | "service";
            label: string;
            grants: {
                /** @enum {unknown} */
                role: "registrar" | "institution" | "operator" | "helpdesk" | "approver" | "auditor" | "administrator";
                /** @description Null: every programme */
                programme: string | null;
            }[];
            /**
             * Format: date-time
             * @description RFC 3339
             */
            expiresAt?: string;
        };
        /** @description A key that was created */
        KeyCreated: {
            /** Format: uuid */
            id: string;
            person: string;
            /** @description Everything the key may do: also what its person was granted before */
            grants: {
                /** @enum {unknown} */
                role: "registrar" | "institution" | "operator" | "helpdesk" | "approver" | "auditor" | "administrator";
                /** @description Null: every programme */
                programme: string | null;
            }[];
            /** @description Shown in the first answer only; a repetition does not have it */
            secret?: string;
        };
        /** @description A key without its secret, which is stored nowhere */
        ApiKey: {
            /** Format: uuid */
            id: string;
            person: string;
            kind: string;
            label: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string | null;
            /** Format: date-time */
            revokedAt: string | null;
            grants: {
                /** @enum {unknown} */
                role: "registrar" | "institution" | "operator" | "helpdesk" | "approver" | "auditor" | "administrator";
                /** @description Null: every programme */
                programme: string | null;
            }[];
        };
        /** @description The whole list */
        ApiKeyList: {
            data: components["schemas"]["ApiKey"][];
        };
        /** @description A key that is revoked */
        KeyRevoked: {
            /** Format: uuid */
            id: string;
            /** @enum {boolean} */
            revoked: true;
        };
        /** @description A role of one person or service, in one programme or in every one */
        EndRole: {
            person: string;
            /** @enum {unknown} */
            role: "registrar" | "institution" | "operator" | "helpdesk" | "approver" | "auditor" | "administrator";
            /** @description Null: every programme */
            programme: string | null;
        };
        /** @description A role that has ended */
        RoleEnded: {
            person: string;
            /** @description The roles that are left */
            grants: {
                /** @enum {unknown} */
                role: "registrar" | "institution" | "operator" | "helpdesk" | "approver" | "auditor" | "administrator";
                /** @description Null: every programme */
                programme: string | null;
            }[];
        };
        /** @description A nudge that could not be delivered */
        DeadMessage: {
            /** Format: uuid */
            id: string;
            programme: string;
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            ref: string;
            kind: string;
            refusals: number;
            refusal: string | null;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            createdAt: string;
        };
        /** @description The whole list */
        DeadMessageList: {
            data: components["schemas"]["DeadMessage"][];
        };
        /** @description What became of a callback: applied, stale (we ask), unmatched (kept), repeated (known) */
        CallbackTaken: {
            /** @enum {unknown} */
            verdict: "applied" | "stale" | "unmatched" | "repeated";
        };
        /** @description The process answers */
        Alive: {
            /** @enum {string} */
            status: "alive";
            version: string;
            bootId: string;
        };
        /** @description Requests are taken */
        Ready: {
            /** @enum {string} */
            status: "ready";
            /**
             * @description What is away while requests are still taken
             * @example [
             *       "temporal"
             *     ]
             */
            away: string[];
        };
        /** @description What the statement says of our money at the gateway, held against the books */
        Difference: {
            /**
             * @description Of our money, than the books had
             * @enum {unknown}
             */
            gatewayHas: "more" | "less" | "the-same";
            amount: components["schemas"]["Money"];
        };
        /** @description A difference between a gateway’s statement and our books */
        Discrepancy: {
            /** Format: uuid */
            id: string;
            /** @example sandbox */
            gateway: string;
            /** @example demo */
            programme: string;
            /** @enum {unknown} */
            class: "missing-here" | "missing-there" | "amount" | "duplicate" | "late" | "other-day" | "fee" | "return" | "unknown-reference" | "account" | "currency" | "unreferenced-credit";
            /** @example 2026-11-22 */
            day: string;
            /** @description The payout it is about; null when it is of none */
            payout: string | null;
            participant: string | null;
            /** @description As the statement has it */
            reference: string | null;
            gatewayId: string | null;
            /** @enum {unknown} */
            direction: "debit" | "credit";
            there: components["schemas"]["Money"] | null;
            here: components["schemas"]["Money"] | null;
            valueDate: string | null;
            /**
             * @description `found`: what follows from it is being booked
             * @enum {unknown}
             */
            state: "found" | "open" | "resolved";
            difference: components["schemas"]["Difference"];
            /** @description Who looks after it: a role, as `role:operator`, until it is assigned to a person */
            owner: string;
            /** @enum {string|null} */
            resolution: "booked" | "receivable" | "written-off" | "to-treasury" | "applied" | "explained" | "corrected" | null;
            reason: string | null;
            resolvedBy: string | null;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            foundAt: string;
            /**
             * Format: date-time
             * @description By when a difference of its class is to have ended
             */
            dueBy: string;
            /** @description It has not, and that time is over */
            overdue: boolean;
            /** @description Whole days since it was found, until it was resolved */
            ageDays: number;
            /** Format: date-time */
            resolvedAt: string | null;
        };
        /** @description One page */
        DiscrepancyPage: {
            data: components["schemas"]["Discrepancy"][];
            /** @description Null on the last page */
            nextCursor: string | null;
            hasMore: boolean;
        };
        /** @description Who looks after it from now on */
        NewOwner: {
            owner: string;
        };
        /** @description The differences of one class on one day */
        DayClass: {
            /** @enum {unknown} */
            class: "missing-here" | "missing-there" | "amount" | "duplicate" | "late" | "other-day" | "fee" | "return" | "unknown-reference" | "account" | "currency" | "unreferenced-credit";
            found: number;
            open: number;
            /** @description Of those that are open */
            overdue: number;
            /** @description Who looks after those that are open */
            owners: string[];
            difference: components["schemas"]["Difference"];
            unresolved: components["schemas"]["Difference"];
        };
        /** @description One day of one programme at one gateway */
        ReconciliationDay: {
            /** @example demo */
            programme: string;
            /** @example sandbox */
            gateway: string;
            /** @example 2026-11-22 */
            day: string;
            /** @description Of the statement: 1, and one more for each that corrected it */
            version: number;
            currency: string;
            /** @description Minor units; negative when overdrawn; null when the statement does not tell it */
            opening: string | null;
            closing: string | null;
            lines: number;
            /** @description Count and balances prove that nothing of the day is missing */
            complete: boolean;
            /** @enum {unknown} */
            state: "loaded" | "matched" | "settled";
            /** @description Of the statement’s bytes */
            sha256: string;
            classes: components["schemas"]["DayClass"][];
        };
        /** @description What a code is classed as, and our own code for it */
        FailureMeaning: {
            /** @enum {unknown} */
            class: "config" | "float-short" | "retry-new" | "needs-account" | "permanent" | "undocumented" | "compliance" | "unknown";
            /**
             * @description One of those of its class
             * @enum {unknown}
             */
            code: "credentials-refused" | "permission-missing" | "float-short" | "transfer-temporarily-failed" | "account-not-found" | "account-dormant" | "account-closed" | "account-blocked" | "account-name-differs" | "wallet-limit" | "wallet-not-upgraded" | "request-refused" | "amount-out-of-range" | "institution-not-supported" | "undocumented" | "compliance-refused" | "failure-doubted";
        };
        /** @description A code of a gateway, classed as something safer */
        Reclassification: {
            /** @example sandbox */
            gateway: string;
            /**
             * @description The gateway’s own code, as `failure.vendorCode` shows it; of a refusal after its HTTP status
             * @example ACCOUNT_CLOSED
             * @example 400 INVALID_REQUEST
             */
            vendorCode: string;
            /** @description Null: the table released with the gateway’s adapter counts again */
            meaning: components["schemas"]["FailureMeaning"] | null;
            /** @description Why, for the audit trail. Nothing personal */
            reason: string;
        };
        /** @description What a code means in the table released with the gateway’s adapter */
        ReleasedMeaning: {
            /** @enum {unknown} */
            class: "retry-same" | "retry-new" | "float-short" | "needs-account" | "permanent" | "compliance" | "config" | "unknown" | "undocumented";
            /** @example account-closed */
            code: string;
            /** @description False for a code that the provider’s documents do not have */
            isDocumented: boolean;
        };
        /** @description By whose word a code means what it means */
        FailureRule: {
            /** Format: uuid */
            id: string;
            /** @description It says that the released table counts again */
            isDefault: boolean;
            reason: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            setAt: string;
            setBy: string;
            /** @description What two people agreed to; null where one person made it safer */
            proposal: string | null;
        };
        /** @description A code of a gateway, and what it means now */
        CodedFailure: {
            gateway: string;
            vendorCode: string;
            /** @enum {unknown} */
            class: "retry-same" | "retry-new" | "float-short" | "needs-account" | "permanent" | "compliance" | "config" | "unknown" | "undocumented";
            /** @example account-closed */
            code: string;
            /** @description What must happen before another attempt: 0 nothing but time or money of ours, 1 another account, 2 the word of two people, 3 and 4 none is made before it is known what became of this, and at 4 nothing is sent again at all */
            safety: number;
            released: components["schemas"]["ReleasedMeaning"];
            rule: components["schemas"]["FailureRule"] | null;
        };
        /** @description The whole list */
        CodedFailureList: {
            data: components["schemas"]["CodedFailure"][];
        };
        /** @description What is to be stopped: `all` and `gateway` belong to no programme, the others name theirs */
        NewFreeze: {
            /** @enum {unknown} */
            scope: "all" | "gateway" | "programme" | "wave" | "region";
            /** @example demo */
            programme?: string;
            /**
             * @description The gateway, the wave, or the region: a regency of 4 digits or its province of 2
             * @example sandbox
             */
            name?: string;
            /** @description Why, for the audit trail. Nothing personal */
            reason: string;
        };
        /** @description How a freeze ended */
        FreezeLift: {
            /**
             * Format: date-time
             * @description RFC 3339
             */
            liftedAt: string;
            /** @description Whose word carried it out */
            liftedBy: string;
            /** @description What two people agreed to */
            proposal: string | null;
        };
        /** @description A scope in which nothing is claimed or sent again */
        Freeze: {
            /** Format: uuid */
            id: string;
            /**
             * @example gateway:sandbox
             * @example region:demo:3275
             */
            target: string;
            /** @enum {unknown} */
            scope: "all" | "gateway" | "programme" | "wave" | "region";
            programme: string | null;
            name: string | null;
            inForce: boolean;
            /**
             * @description `person`, or what the engine saw
             * @enum {unknown}
             */
            cause: "person" | "two-payouts" | "failure-rate" | "unknown-rate" | "spend-rate" | "restored";
            reason: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            placedAt: string;
            /** @description The person or service, or `engine` */
            placedBy: string;
            lift: components["schemas"]["FreezeLift"] | null;
        };
        /** @description The whole list */
        FreezeList: {
            data: components["schemas"]["Freeze"][];
        };
        /** @description An act that another person is to agree to, signed by whoever proposes it */
        NewProposal: {
            /**
             * @example appropriation
             * @example freeze-lift
             */
            act: string;
            /** @description What the act is to do; its fields by act are in `docs/approvals.md`. Nothing personal */
            content: {
                [key: string]: unknown;
            };
            /** @description What is personal, sealed: for `account-change` only */
            personal?: {
                [key: string]: unknown;
            };
            /** @description Why, for the audit trail. Nothing personal */
            reason: string;
            /** @description Where the papers are: a number, never a person */
            evidence?: string;
            /**
             * Format: date-time
             * @description RFC 3339. A minute to 30 days from now
             */
            expiresAt: string;
            /** @description Ed25519, in base64, over act, hash, decision and expiry, as `docs/approvals.md` describes */
            signature: string;
        };
        /** @description One person’s signed word on a proposal: `reject` needs a reason */
        NewApproval: {
            /** @enum {unknown} */
            decision: "approve" | "reject" | "release";
            /** @description SHA-256 of the canonical JSON of the content */
            hash: string;
            /** @description Why, for the audit trail. Nothing personal */
            reason?: string;
            /** @description Ed25519, in base64, over act, hash, decision and expiry, as `docs/approvals.md` describes */
            signature: string;
        };
        /** @description One person’s word on a proposal, and the key it was signed with */
        Approval: {
            person: string;
            role: string;
            /** @enum {unknown} */
            decision: "approve" | "reject" | "release";
            reason: string | null;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            decidedAt: string;
            /** @description Ed25519, in base64, over act, hash, decision and expiry, as `docs/approvals.md` describes */
            signature: string;
            /** @description Ed25519: 32 bytes in base64 */
            publicKey: string;
        };
        /** @description What the bank or wallet said of the account that an `account-change` would link: `unverified` when nobody could be asked */
        ProposedCheck: {
            gateway: string;
            /** @enum {unknown} */
            verdict: "verified" | "review" | "refused" | "unverified";
            /** @description How well the name at the bank or wallet agrees with the identity card; null where it was not told */
            score: number | null;
            /** @description What differs between the two names */
            reasons: ("titles" | "abbreviations" | "old-spelling" | "joined-words" | "order" | "initials" | "cut-off" | "spelling" | "missing-words" | "other-words" | "nothing-in-common")[];
        };
        /** @description Why what was agreed could not be carried out */
        ProposalVoid: {
            code: string;
            detail: string;
        };
        /** @description An act that needs two people, with everything that was signed */
        Proposal: {
            /** Format: uuid */
            id: string;
            /**
             * @example appropriation
             * @example freeze-lift
             */
            act: string;
            title: {
                id: string;
                en: string;
            };
            programme: string | null;
            /** @example appropriation:demo:2026 */
            subject: string;
            /** @description The person it is about, who does not decide on it */
            about: string | null;
            /** @description What the act is to do; its fields by act are in `docs/approvals.md`. Nothing personal */
            content: {
                [key: string]: unknown;
            };
            /** @description SHA-256 of the canonical JSON of the content */
            hash: string;
            reason: string;
            evidence: string | null;
            proposer: string;
            role: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            proposedAt: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            expiresAt: string;
            /** @description Ed25519, in base64, over act, hash, decision and expiry, as `docs/approvals.md` describes */
            signature: string;
            /** @description Ed25519: 32 bytes in base64 */
            publicKey: string;
            needs: {
                approvers: number;
                releaser: boolean;
            };
            /** @enum {unknown} */
            state: "open" | "executed" | "rejected" | "expired" | "void";
            /**
             * @description The decision an open proposal waits for
             * @enum {string|null}
             */
            awaits: "approve" | "release" | null;
            void: components["schemas"]["ProposalVoid"] | null;
            /** Format: date-time */
            decidedAt: string | null;
            approvals: components["schemas"]["Approval"][];
            check: components["schemas"]["ProposedCheck"] | null;
        };
        /** @description The whole list */
        ProposalList: {
            data: components["schemas"]["Proposal"][];
        };
        /** @description The public half of the caller’s own key */
        NewSigningKey: {
            /** @description Ed25519: 32 bytes in base64 */
            publicKey: string;
            /** @description Signature with it over its registration: whoever registers it holds the private half */
            possession: string;
        };
        /** @description The public half of a person’s key; the private one is with the person only */
        SigningKey: {
            /** Format: uuid */
            id: string;
            person: string;
            /** @description Ed25519: 32 bytes in base64 */
            publicKey: string;
            possession: string;
            /**
             * Format: date-time
             * @description RFC 3339
             */
            registeredAt: string;
            registeredBy: string;
            /** Format: date-time */
            endedAt: string | null;
        };
        /** @description The whole list */
        SigningKeyList: {
            data: components["schemas"]["SigningKey"][];
        };
        /** @description A signing key that was registered */
        SigningKeyRegistered: {
            /** Format: uuid */
            id: string;
            person: string;
            /** @description Ed25519: 32 bytes in base64 */
            publicKey: string;
        };
        /** @description A signing key that has ended */
        SigningKeyEnded: {
            /** Format: uuid */
            id: string;
            /** @enum {boolean} */
            ended: true;
        };
        /** @description What is to be collected */
        NewRun: {
            /** @example demo */
            programme: string;
            /**
             * Format: date-time
             * @description What is due by then; now when not given. Not in the future
             */
            cutOff?: string;
        };
        /** @description What people have agreed to, and until when it covers payments */
        RunApproval: {
            /**
             * Format: date-time
             * @description RFC 3339
             */
            at: string;
            /**
             * Format: date-time
             * @description Nothing is sent from then on
             */
            until: string;
        };
        /** @description Who last stopped it, and why */
        RunStop: {
            /**
             * Format: date-time
             * @description RFC 3339
             */
            at: string;
            /** @description The person, or `engine` */
            by: string;
            reason: string;
        };
        /** @description A document that the payment goes under */
        DocumentOfRun: {
            number: string;
            /** Format: date */
            date: string | null;
        };
        /** @description Disbursements released together after approval */
        Run: {
            /**
             * @description `{programme}:{date}-{number}`
             * @example prakerja:20261126-1
             */
            run: string;
            /** @example demo */
            programme: string;
            /** @enum {unknown} */
            state: "collecting" | "proposed" | "approved" | "releasing" | "paused" | "closed" | "aborted" | "void";
            /**
             * Format: date-time
             * @description RFC 3339
             */
            cutOff: string;
            /** @description SHA-256 of what is approved: docs/payout-runs.md says of which text */
            hash: string;
            lines: number;
            amount: components["schemas"]["Money"];
            fees: components["schemas"]["Money"];
            /**
             * Format: date-time
             * @description RFC 3339
             */
            collectedAt: string;
            /** @description The person, or `engine` */
            collectedBy: string;
            /** @description The newest proposal to release it */
            proposal: string | null;
            approval: components["schemas"]["RunApproval"] | null;
            paymentOrder: components["schemas"]["DocumentOfRun"] | null;
            warrant: components["schemas"]["DocumentOfRun"] | null;
            /** Format: date-time */
            releasedAt: string | null;
            stop: components["schemas"]["RunStop"] | null;
            /** Format: date-time */
            endedAt: string | null;
            /** @description The proposal to abort it that others agreed to */
            abortedUnder: string | null;
        };
        /** @description The whole list */
        RunList: {
            data: components["schemas"]["Run"][];
        };
        /** @description One disbursement on a run, and what became of it */
        RunLine: {
            disbursement: string;
            ref: string;
            tranche: string;
            region: string;
            amount: components["schemas"]["Money"];
            gateway: string;
            /** @description The id of the account link */
            account: string;
            /** @description Minor units owed before deductions; null where there are none */
            gross: string | null;
            /** @description Each deduction and its minor units, as it is hashed */
            deductions: string | null;
            fee: components["schemas"]["Money"];
            /** @enum {unknown} */
            state: "collected" | "released" | "paid" | "dropped" | "left";
            /** @description Why it was dropped, or what was under way when the run ended */
            reason: string | null;
            /** Format: date-time */
            releasedAt: string | null;
            /** Format: date-time */
            endedAt: string | null;
        };
        /** @description One page */
        RunLinePage: {
            data: components["schemas"]["RunLine"][];
            /** @description Null on the last page */
            nextCursor: string | null;
            hasMore: boolean;
        };
        /** @description A part of a run */
        RunTotal: {
            name: string;
            lines: number;
            amount: components["schemas"]["Money"];
        };
        /** @description What a run consists of, and what became of it so far */
        RunReport: {
            run: components["schemas"]["Run"];
            /** @description Adds up to the run */
            byGateway: components["schemas"]["RunTotal"][];
            /** @description Adds up to the run */
            byRegion: components["schemas"]["RunTotal"][];
            /** @description Adds up to the run */
            byTranche: components["schemas"]["RunTotal"][];
            /** @description `paid`, `dropped: hold` …: adds up to the run */
            byOutcome: components["schemas"]["RunTotal"][];
        };
        /** @description What waits for the decision of two people: a disbursement with its attempts */
        Review: {
            disbursement: string;
            /** @example demo */
            programme: string;
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            participant: string;
            tranche: string;
            amount: components["schemas"]["Money"];
            /** @enum {unknown} */
            state: "owed" | "released" | "in-flight" | "paid" | "needs-account" | "float-short" | "review" | "failed" | "lapsed" | "cancelled";
            reason: string | null;
            /** @description What a decision about it is bound to */
            version: number;
            /** Format: date-time */
            since: string | null;
            attempts: {
                key: string;
                /** @description Which attempt */
                n: number;
                /** @description What a decision about it is bound to */
                version: number;
                gateway: string;
                reference: string;
                gatewayId: string | null;
                /** @enum {unknown} */
                state: "submitting" | "unknown" | "accepted" | "processing" | "failing" | "paid" | "failed" | "cancelled" | "not-sent" | "returned" | "review";
                /** @enum {unknown} */
                money: "clearing" | "credited" | "back" | "receivable" | "written-off" | "repaid";
                amount: components["schemas"]["Money"];
                returned: components["schemas"]["Money"];
                /** @description What was seen that cannot be */
                alarm: string | null;
                failureCode: string | null;
                /** @description The gateway’s own code */
                vendorCode: string | null;
            }[];
        };
        /** @description One page */
        ReviewPage: {
            data: components["schemas"]["Review"][];
            /** @description Null on the last page */
            nextCursor: string | null;
            hasMore: boolean;
        };
        /** @description A review with all that was learnt about each attempt, and what the statements say differently */
        ReviewWithHistory: {
            disbursement: string;
            /** @example demo */
            programme: string;
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            participant: string;
            tranche: string;
            amount: components["schemas"]["Money"];
            /** @enum {unknown} */
            state: "owed" | "released" | "in-flight" | "paid" | "needs-account" | "float-short" | "review" | "failed" | "lapsed" | "cancelled";
            reason: string | null;
            /** @description What a decision about it is bound to */
            version: number;
            /** Format: date-time */
            since: string | null;
            attempts: {
                key: string;
                /** @description Which attempt */
                n: number;
                /** @description What a decision about it is bound to */
                version: number;
                gateway: string;
                reference: string;
                gatewayId: string | null;
                /** @enum {unknown} */
                state: "submitting" | "unknown" | "accepted" | "processing" | "failing" | "paid" | "failed" | "cancelled" | "not-sent" | "returned" | "review";
                /** @enum {unknown} */
                money: "clearing" | "credited" | "back" | "receivable" | "written-off" | "repaid";
                amount: components["schemas"]["Money"];
                returned: components["schemas"]["Money"];
                /** @description What was seen that cannot be */
                alarm: string | null;
                failureCode: string | null;
                /** @description The gateway’s own code */
                vendorCode: string | null;
                observations: {
                    source: string;
                    fact: string;
                    observed: string | null;
                    vendorStatus: string | null;
                    decision: string;
                    fromState: string;
                    toState: string;
                    /**
                     * Format: date-time
                     * @description RFC 3339
                     */
                    observedAt: string;
                }[];
            }[];
            discrepancies: components["schemas"]["Discrepancy"][];
            /** @description Payments of a time that a restored database has lost which may be this one: a decision about it names them */
            strays: components["schemas"]["Discrepancy"][];
        };
        /** @description What was delivered and nobody was owed: to be had back */
        Receivable: {
            payout: string;
            /** @example demo */
            programme: string;
            /**
             * @description Opaque reference of a participant
             * @example 7ZK3M9Q2WX4TB
             */
            participant: string;
            gateway: string;
            amount: components["schemas"]["Money"];
            /** @description What a decision about it is bound to */
            version: number;
            /** Format: date-time */
            since: string | null;
        };
        /** @description One page */
        ReceivablePage: {
            data: components["schemas"]["Receivable"][];
            /** @description Null on the last page */
            nextCursor: string | null;
            hasMore: boolean;
        };
        /** @description The list of a signed decree: all are admitted, or none */
        NewAdmission: {
            /** @example SK-DEMO-2026-001 */
            decree: string;
            /**
             * Format: date
             * @description The day it was signed; some programmes require it
             */
            decreeDate?: string;
            refs: string[];
        };
        /** @description How many of the list were admitted: all */
        Admitted: {
            /** @example G01 */
            wave: string;
            admitted: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listProgrammes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProgrammeList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProgramme: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProgrammeVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAppropriations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppropriationList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFundings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FundingList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBudgetReport: {
        parameters: {
            query: {
                /** @example 2026 */
                fiscalYear: string;
                /** @description Where it is not given, the Accept header says; JSON where neither does */
                format?: "json" | "csv" | "xlsx";
            };
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetReport"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listYearEnds: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["YearEndList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWaves: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaveList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openWave: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWave"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaveOpened"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `wave-exists`, `year-ending` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    admitParticipants: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
                /** @example G01 */
                wave: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAdmission"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Admitted"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-wave` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `wave-not-open`, `not-awaiting-admission`, `wave-quota-exceeded`, `budget-exceeded`, `year-ending` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    closeWave: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
                /** @example G01 */
                wave: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaveClosed"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-wave` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `wave-not-open` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWave: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
                /** @example G01 */
                wave: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wave"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-wave` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listParticipants: {
        parameters: {
            query?: {
                stage?: "screening" | "admission" | "training" | "incentives" | "closed";
                attention?: "any" | "life-failed" | "review" | "failed" | "gateway-refuses" | "frozen" | "credential-not-in-force" | "waiting-for-float" | "account-shared" | "account-doubtful" | "action-overdue" | "waiting-for-account" | "waiting-for-upgrade" | "waiting-for-name" | "waiting-for-limit" | "on-hold" | "account-unchecked" | "payout-unknown";
                /** @example G01 */
                wave?: string;
                /** @description Rows a page: 1 to 500, 50 when not given */
                limit?: string;
                /** @description `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParticipantPage"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    registerParticipant: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Registration"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `participant-exists`, `family-card-full` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getParticipant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Participant"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTimeline: {
        parameters: {
            query?: {
                language?: "id" | "en";
            };
            header?: never;
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeline"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readIdentity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identity"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lookUpParticipant: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LookUp"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Found"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvidenceList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordEvidence: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEvidence"];
            };
        };
        responses: {
            /** @description Taken in; it takes effect by itself */
            202: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvidenceTaken"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `not-admitted`, `life-closed`, `survey-not-open`, `evidence-out-of-order`, `evidence-exists` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused`, `unknown-course`, `unknown-survey` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAccounts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    linkAccount: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountDetails"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountLinked"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`, `two-people-needed` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `account-unchanged` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused`, `account-refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkAccount: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken in; it takes effect by itself */
            202: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountAsked"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `account-unchanged` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    holdParticipant: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description Taken in; it takes effect by itself */
            202: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `already-held`, `life-closed` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseParticipant: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description Taken in; it takes effect by itself */
            202: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `not-held` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawParticipant: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description Taken in; it takes effect by itself */
            202: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `life-closed` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    correctParticipant: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /** @example demo */
                programme: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Correction"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description Taken in; it takes effect by itself */
            202: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-participant` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `life-closed`, `family-card-full`, `region-frozen` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFreezes: {
        parameters: {
            query?: {
                state?: "in-force" | "any";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FreezeList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    placeFreeze: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewFreeze"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Freeze"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Freeze"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `unknown-wave`, `unknown-gateway` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getFreeze: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Freeze"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFailures: {
        parameters: {
            query?: {
                /** @example sandbox */
                gateway?: string;
                /** @description The gateway’s own code, as `failure.vendorCode` shows it; of a refusal after its HTTP status */
                vendorCode?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodedFailureList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-gateway` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reclassifyFailure: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reclassification"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodedFailure"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodedFailure"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`, `two-people-needed` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-gateway` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `conflict` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProposals: {
        parameters: {
            query?: {
                /** @description `open` when not given */
                state?: "open" | "executed" | "rejected" | "expired" | "void" | "any";
                act?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProposalList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    proposeAct: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProposal"];
            };
        };
        responses: {
            /** @description Taken in; it takes effect by itself */
            202: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`, `signing-key-missing`, `signature-invalid` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`, `unknown-programme`, `unknown-participant`, `unknown-gateway` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `signing-key-exists`, `conflict`, `programme-version-exists`, `appropriation-too-small`, `freeze-lifted`, `message-not-dead`, `account-unchanged` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused`, `programme-invalid`, `account-refused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decideOnProposal: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApproval"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`, `own-proposal`, `signature-invalid`, `signing-key-missing` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `already-decided`, `decision-not-awaited`, `proposal-not-open`, `proposal-expired`, `proposal-stale` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSigningKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningKeyList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    registerSigningKey: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSigningKey"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningKeyRegistered"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`, `signature-invalid` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `signing-key-exists` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSigningKey: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningKeyEnded"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `key-revoked` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRuns: {
        parameters: {
            query?: {
                /** @example demo */
                programme?: string;
                state?: "open" | "any";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectRun: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRun"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `release-automatic`, `nothing-owed`, `conflict` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description `{programme}:{date}-{number}`
                 * @example prakerja:20261126-1
                 */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRunLines: {
        parameters: {
            query?: {
                /** @description Rows a page: 1 to 500, 50 when not given */
                limit?: string;
                /** @description `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description `{programme}:{date}-{number}`
                 * @example prakerja:20261126-1
                 */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunLinePage"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRunReport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description `{programme}:{date}-{number}`
                 * @example prakerja:20261126-1
                 */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunReport"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRunResult: {
        parameters: {
            query?: {
                format?: "json" | "csv";
            };
            header?: never;
            path: {
                /**
                 * @description `{programme}:{date}-{number}`
                 * @example prakerja:20261126-1
                 */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseRun: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /**
                 * @description `{programme}:{date}-{number}`
                 * @example prakerja:20261126-1
                 */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `run-not-open` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeRun: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /**
                 * @description `{programme}:{date}-{number}`
                 * @example prakerja:20261126-1
                 */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `run-not-open` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discardRun: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                /**
                 * @description `{programme}:{date}-{number}`
                 * @example prakerja:20261126-1
                 */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `run-not-open` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDisbursements: {
        parameters: {
            query?: {
                state?: "owed" | "released" | "in-flight" | "paid" | "needs-account" | "float-short" | "review" | "failed" | "lapsed" | "cancelled";
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref?: string;
                /** @description Rows a page: 1 to 500, 50 when not given */
                limit?: string;
                /** @description `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DisbursementPage"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDisbursement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
                /** @description Percent-encoded */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DisbursementWithPayouts"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeductions: {
        parameters: {
            query?: {
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref?: string;
                /** @description Rows a page: 1 to 500, 50 when not given */
                limit?: string;
                /** @description `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeductionPage"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPayouts: {
        parameters: {
            query?: {
                state?: "submitting" | "unknown" | "accepted" | "processing" | "failing" | "paid" | "failed" | "cancelled" | "not-sent" | "returned" | "review";
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref?: string;
                /** @description Rows a page: 1 to 500, 50 when not given */
                limit?: string;
                /** @description `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PayoutPage"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPayout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
                /** @description Percent-encoded */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PayoutWithHistory"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLedgerAccounts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LedgerAccountList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPostings: {
        parameters: {
            query?: {
                account?: string;
                /**
                 * @description Opaque reference of a participant
                 * @example 7ZK3M9Q2WX4TB
                 */
                ref?: string;
                /** @description Rows a page: 1 to 500, 50 when not given */
                limit?: string;
                /** @description `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @example demo */
                programme: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostingPage"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDiscrepancies: {
        parameters: {
            query?: {
                /** @example demo */
                programme?: string;
                /** @example sandbox */
                gateway?: string;
                /** @example 2026-11-22 */
                day?: string;
                class?: "missing-here" | "missing-there" | "amount" | "duplicate" | "late" | "other-day" | "fee" | "return" | "unknown-reference" | "account" | "currency" | "unreferenced-credit";
                owner?: string;
                state?: "open" | "overdue" | "any";
                /** @description Rows a page: 1 to 500, 50 when not given */
                limit?: string;
                /** @description `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DiscrepancyPage"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDiscrepancy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Discrepancy"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    assignDiscrepancy: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOwner"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Discrepancy"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `discrepancy-resolved`, `conflict` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainDiscrepancy: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Discrepancy"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`, `two-people-needed` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `discrepancy-resolved`, `conflict` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReconciliationDay: {
        parameters: {
            query?: {
                format?: "json" | "csv";
            };
            header?: never;
            path: {
                /** @example demo */
                programme: string;
                /** @example sandbox */
                gateway: string;
                /** @example 2026-11-22 */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationDay"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-programme`, `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listReviews: {
        parameters: {
            query?: {
                /** @example demo */
                programme?: string;
                /** @description Rows a page: 1 to 500, 50 when not given */
                limit?: string;
                /** @description `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewPage"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Percent-encoded */
                disbursement: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewWithHistory"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listReceivables: {
        parameters: {
            query?: {
                /** @example demo */
                programme?: string;
                /** @description The one of this payout, or none */
                payout?: string;
                /** @description Rows a page: 1 to 500, 50 when not given */
                limit?: string;
                /** @description `nextCursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceivablePage"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyCreated"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`, `two-people-needed` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `conflict` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyRevoked"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `key-revoked`, `conflict` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endRole: {
        parameters: {
            query?: never;
            header: {
                /** @description A new random value for each new request, the same one for each repetition */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EndRole"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description `true` when this is the stored answer of an earlier request */
                    "Idempotent-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleEnded"];
                };
            };
            /** @description `idempotency-key-missing`, `malformed-json` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency-key-in-flight`, `conflict` */
            409: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request`, `idempotency-key-reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeadMessages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadMessageList"];
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProblem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: "invalid-request" | "malformed-request" | "malformed-json" | "unsupported-media-type" | "body-too-large" | "headers-too-large" | "request-timeout" | "unauthenticated" | "forbidden" | "not-found" | "method-not-allowed" | "unknown-programme" | "unknown-wave" | "unknown-course" | "unknown-participant" | "unknown-gateway" | "unknown-survey" | "programme-invalid" | "programme-version-exists" | "participant-exists" | "family-card-full" | "wave-exists" | "wave-not-open" | "wave-quota-exceeded" | "appropriation-too-small" | "budget-exceeded" | "year-ending" | "year-not-over" | "next-year-missing" | "not-awaiting-admission" | "not-admitted" | "evidence-exists" | "evidence-out-of-order" | "survey-not-open" | "account-refused" | "account-unchanged" | "already-held" | "not-held" | "life-closed" | "message-not-dead" | "freeze-lifted" | "region-frozen" | "discrepancy-resolved" | "nothing-owed" | "release-automatic" | "run-not-open" | "run-changed" | "run-needs-more" | "review-moved" | "two-people-needed" | "own-proposal" | "already-decided" | "decision-not-awaited" | "proposal-not-open" | "proposal-expired" | "proposal-stale" | "signature-invalid" | "signing-key-missing" | "signing-key-exists" | "key-revoked" | "key-exists" | "idempotency-key-missing" | "idempotency-key-reused" | "idempotency-key-in-flight" | "callback-unauthentic" | "callback-malformed" | "rate-limited" | "overloaded" | "not-ready" | "timeout" | "conflict" | "internal";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRoot: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Found elsewhere */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    receiveCallback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                gateway: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallbackTaken"];
                };
            };
            /** @description Taken in; it takes effect by itself */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallbackTaken"];
                };
            };
            /** @description `callback-malformed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `callback-unauthentic` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-gateway` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid-request` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited` */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`, `not-ready`, `timeout` */
            503: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
