//! Files that are replaced in one step.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

/// Replaces a file in one step: a process that has opened the old file reads it to its end. A link, a
/// pipe or a device is not replaced, but written to.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let is_plain = |found: fs::Metadata| found.is_file() || found.is_dir();
    if !fs::symlink_metadata(path).map_or(true, is_plain) {
        return fs::write(path, content).map_err(|error| named(path, &error));
    }
    let beside = beside(path)?;
    let written = write_new(&beside, content).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        named(path, &error)
    })
}

/// Writes a file that this call creates.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    // A killed process that had this pid may have left it.
    let _ = fs::remove_file(path);
    File::options().write(true).create_new(true).open(path)?.write_all(content)
}

/// An error if the folder of `path` does not exist or cannot be read.
#[cfg(feature = "plot")]
pub(super) fn check_folder(path: &Path) -> io::Result<()> {
    fs::read_dir(folder(path)).map(drop).map_err(|error| named(path, &error))
}

/// The same error, with a text that names the file.
pub(super) fn named(path: &Path, error: &io::Error) -> io::Error {
    let (file, folder) = (path.display(), folder(path));
    let text = if error.kind() == io::ErrorKind::NotFound && !folder.is_dir() {
        format!("cannot write `{file}`: there is no folder `{}`", folder.display())
    } else {
        format!("cannot write `{file}`: {error}")
    };
    io::Error::new(error.kind(), text)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A path in the same folder, so that renaming is one step, with the pid of this process.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let Some(name) = path.file_name() else {
        return Err(named(path, &io::Error::new(io::ErrorKind::InvalidInput, "it names no file")));
    };
    let name = format!(".{}.{}", name.to_string_lossy(), process::id());
    Ok(folder(path).join(name))
}

#[cfg(test)]
mod tests {
    use std::{io::Read, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn a_missing_folder_is_named() {
        let path = Path::new("/proc/no such folder/run.svg");
        let error = replace(path, b"").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let text = "cannot write `/proc/no such folder/run.svg`: there is no folder \
                    `/proc/no such folder`";
        assert_eq!(error.to_string(), text);
        let error = replace(Path::new("/"), b"").unwrap_err();
        assert_eq!(error.to_string(), "cannot write `/`: it names no file");
    }

    #[test]
    fn an_open_file_is_read_to_its_end() {
        let path = std::env::temp_dir().join(format!("coproc-save-whole-{}", process::id()));
        replace(&path, b"the old one").unwrap();
        let mut old = fs::File::open(&path).unwrap();
        let mut half = [0; 4];
        old.read_exact(&mut half).unwrap();
        replace(&path, b"NEW").unwrap();
        let mut rest = String::new();
        old.read_to_string(&mut rest).unwrap();
        assert_eq!((rest.as_str(), fs::read(&path).unwrap().as_slice()), ("old one", &b"NEW"[..]));
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn what_is_no_plain_file_stays_what_it_is() {
        let folder = std::env::temp_dir().join(format!("coproc-save-links-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let [file, link, null] = ["file", "link", "null"].map(|name| folder.join(name));
        symlink(&file, &link).unwrap();
        symlink("/dev/null", &null).unwrap();
        for content in ["old", "new"] {
            replace(&link, content.as_bytes()).unwrap();
            replace(&null, content.as_bytes()).unwrap();
        }
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(link.is_symlink() && null.is_symlink());
        fs::remove_dir_all(&folder).unwrap();
    }

    /// A file of that name may be a link that another user has made.
    #[test]
    fn what_lies_in_the_way_is_not_written_to() {
        let folder = std::env::temp_dir().join(format!("coproc-save-way-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let [file, theirs] = ["file", "theirs"].map(|name| folder.join(name));
        fs::write(&theirs, "theirs").unwrap();
        symlink(&theirs, beside(&file).unwrap()).unwrap();
        replace(&file, b"ours").unwrap();
        assert_eq!(
            (fs::read(&file).unwrap(), fs::read(&theirs).unwrap()),
            (b"ours".to_vec(), b"theirs".to_vec())
        );
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let folder = std::env::temp_dir().join(format!("coproc-save-{}", process::id()));
        fs::create_dir_all(folder.join("taken")).unwrap();
        // A folder cannot be replaced by a file.
        assert!(replace(&folder.join("taken"), b"new").is_err());
        replace(&folder.join("file"), b"old").unwrap();
        replace(&folder.join("file"), b"new").unwrap();
        assert_eq!(fs::read(folder.join("file")).unwrap(), b"new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(&folder).unwrap();
    }
}
