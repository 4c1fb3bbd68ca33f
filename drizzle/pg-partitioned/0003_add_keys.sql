CREATE TABLE "stored_sessions_keys" (
	"id" bigint PRIMARY KEY NOT NULL,
	"wrapped" "bytea" NOT NULL,
	"created_at" bigint NOT NULL
);
