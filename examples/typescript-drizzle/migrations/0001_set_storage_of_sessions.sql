-- What drizzle-kit does not generate, see the documentation of the tables.
ALTER TABLE "web_sessions" SET (fillfactor = 80);
--> statement-breakpoint
ALTER TABLE "web_sessions" ALTER COLUMN "data" SET STORAGE EXTERNAL;
