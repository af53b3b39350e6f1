-- CreateTable
CREATE TABLE "telling" (
    "cause" TEXT NOT NULL,
    "reached_programme" TEXT NOT NULL DEFAULT '',
    "reached" TEXT NOT NULL DEFAULT '',
    "told" INTEGER NOT NULL DEFAULT 0,
    "written_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(6),

    CONSTRAINT "telling_pkey" PRIMARY KEY ("cause")
);

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.
ALTER TABLE telling ADD CONSTRAINT telling_cause CHECK (cause ~ '^(freeze|restore|year):');

GRANT SELECT, INSERT, UPDATE (reached_programme, reached, told, done_at) ON telling TO lunas_app;
GRANT SELECT ON telling TO lunas_audit;
