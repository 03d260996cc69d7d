//! The embedded store keeps the contract, and what else it promises.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use async_trait::async_trait;
use sessiond_store::conformance::Backend;
use sessiond_store::sqlite::{FILE, Options, Sqlite};
use sessiond_store::{Error, Store};

struct Directory(tempfile::TempDir);

#[async_trait]
impl Backend for Directory {
    async fn open(&self) -> Result<Arc<dyn Store>, Error> {
        Ok(Arc::new(Sqlite::open(self.0.path(), Options::default())?))
    }

    async fn set_format(&self, format: u32) {
        let file = rusqlite::Connection::open(self.0.path().join(FILE)).unwrap();
        let sql = "UPDATE meta SET value = ?1 WHERE key = 'format'";
        assert_eq!(file.execute(sql, [format]).unwrap(), 1);
    }
}

async fn directory() -> Directory {
    Directory(tempfile::tempdir().unwrap())
}

sessiond_store::conformance_tests!(directory);

#[tokio::test]
async fn the_directory_and_its_files_are_for_their_owner_alone() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("deep").join(".sessiond");
    let store = Sqlite::open(&dir, Options::default()).unwrap();
    assert_eq!(store.location(), dir.join(FILE).display().to_string());
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let mut files = 0;
    for entry in dir.read_dir().unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
        files += 1;
    }
    assert_eq!(files, 3, "the database, its log and the log's index");
}
