-- Room in each page, so that a touch is a heap-only update that leaves the indexes alone.
ALTER TABLE "stored_sessions" SET (fillfactor = 80);--> statement-breakpoint
-- Sealed bytes do not compress: do not try.
ALTER TABLE "stored_sessions" ALTER COLUMN "data" SET STORAGE EXTERNAL;
