-- Room in each page, so that a touch is a heap-only update that leaves the indexes alone.
ALTER TABLE "stored_sessions_p00" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p01" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p02" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p03" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p04" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p05" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p06" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p07" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p08" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p09" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p10" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p11" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p12" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p13" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p14" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "stored_sessions_p15" SET (fillfactor = 80);--> statement-breakpoint
-- Sealed bytes do not compress: do not try.
ALTER TABLE "stored_sessions" ALTER COLUMN "data" SET STORAGE EXTERNAL;
