//! Figures: the samples and notes of a monitor, drawn.

mod axes;
mod drawing;
mod figure;
mod labels;
mod lines;
#[cfg(feature = "plot-png")]
mod png;

use std::{io, path::Path};

use plotters::prelude::{IntoDrawingArea, SVGBackend};

use super::{save, stats::Stats};

pub(super) use figure::Figure;

/// The size of a figure, in pixels.
const SIZE: (u32, u32) = (1200, 760);

/// The file format of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Svg,
    #[cfg(feature = "plot-png")]
    Png,
}

impl Format {
    /// The format that the extension of this path selects.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let end = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let advice = match end.as_str() {
            "svg" => return Ok(Format::Svg),
            #[cfg(feature = "plot-png")]
            "png" => return Ok(Format::Png),
            #[cfg(not(feature = "plot-png"))]
            "png" => "a PNG needs coproc's feature `plot-png`",
            #[cfg(not(feature = "plot-png"))]
            _ => "let it end in `.svg`",
            #[cfg(feature = "plot-png")]
            _ => "let it end in `.svg` or `.png`",
        };
        let error = io::Error::new(io::ErrorKind::InvalidInput, advice);
        Err(save::named(path, &error))
    }

    /// The figure as the bytes of a file.
    pub(super) fn draw(self, stats: &Stats) -> io::Result<Vec<u8>> {
        // plotters measures the texts of an SVG with a registered font, too.
        #[cfg(feature = "plot-png")]
        png::register();
        match self {
            Format::Svg => {
                let mut text = String::new();
                let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
                drawing::draw(&area, stats).map_err(io::Error::other)?;
                drop(area);
                Ok(text.into_bytes())
            }
            #[cfg(feature = "plot-png")]
            Format::Png => png::draw(SIZE, stats),
        }
    }
}

impl Stats {
    /// Draws memory and CPU over time, with a line for each process and the notes that are labels. The
    /// extension of the path selects the format: `.svg`, or `.png` with the feature `plot-png`. An
    /// existing file is replaced in one step; a link, a pipe or a device is written to.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let folder = std::env::temp_dir();
    /// # let file = folder.join(format!("coproc-doc-{}.svg", std::process::id()));
    /// let stats = coproc::monitor::Stats::default();
    /// stats.plot(&file)?;
    /// assert!(std::fs::read_to_string(&file)?.starts_with("<svg"));
    /// # std::fs::remove_file(&file)
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The path has another extension, or the file cannot be written; the error names it.
    pub fn plot(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        save::replace(path, &Format::of(path)?.draw(self)?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::monitor::stats::{Note, Sample};

    /// More processes and notes than a figure has room for.
    fn crowd() -> Stats {
        let mut stats = Stats::default();
        for round in 0..400_u64 {
            let at = Duration::from_millis(250 * round);
            for pid in 0..60_u32 {
                let size = u64::from(pid) + 20;
                let (rss, name) = ((size + (round * size) % 77) << 20, format!("worker <{pid}>"));
                let (anon, peak, cpu) = (rss / 2, rss, f64::from(pid % 7) / 7.0);
                stats.samples.push(Sample { pid, name, at, rss, anon, peak, cpu });
            }
        }
        for number in 0..90_u64 {
            let at = Duration::from_millis(1110 * number);
            let text = format!("& note {number} {}", "x".repeat(number as usize * 7 % 23));
            let (details, pid, label) = (String::new(), 1, number != 7);
            stats.notes.push(Note { at, pid, text, details, label, log: true });
        }
        stats
    }

    /// The texts of an SVG: where they begin, their rows, and what they say.
    fn texts(svg: &str) -> Vec<(i32, i32, String)> {
        let figure = |tag: &str, name: &str| -> i32 {
            let value = tag.split(&format!(" {name}=\"")).nth(1).unwrap();
            value.split('"').next().unwrap().parse().unwrap()
        };
        let texts = svg.split("<text").skip(1).filter(|tag| tag.contains("\"start\""));
        texts
            .map(|tag| {
                let text = tag.split(['>', '<']).nth(1).unwrap().trim();
                (figure(tag, "x"), figure(tag, "y"), text.to_owned())
            })
            .collect()
    }

    #[test]
    fn a_crowd_is_drawn_and_no_text_covers_another() {
        let svg = String::from_utf8(Format::Svg.draw(&crowd()).unwrap()).unwrap();
        let texts = texts(&svg);
        let says = |part: &str| texts.iter().filter(|text| text.2.contains(part)).count();
        assert_eq!((says("worker &lt;59&gt; 59"), says("worker &lt;0&gt; 0")), (1, 0));
        let named = says("worker");
        assert!(named >= 25, "{named}");
        assert_eq!(says(&format!("and {} smaller ones", 60 - named)), 1);
        assert_eq!((says("&amp; note 0"), says("&amp; note 7 ")), (1, 0));
        assert!(says("&amp; note") >= 24, "{}", says("&amp; note"));
        for (index, (x, y, text)) in texts.iter().enumerate() {
            let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            let right = x + labels::width(&plain, 14);
            assert!(*x >= 0 && right <= SIZE.0.cast_signed(), "{text}");
            assert!(*y >= 0 && *y <= SIZE.1.cast_signed() - 10, "{text}");
            for (other_x, other_y, other) in &texts[index + 1..] {
                let covers = (y - other_y).abs() < 12 && *other_x < right && *other_x >= *x;
                assert!(!covers, "{text:?} covers {other:?}");
            }
        }
    }

    #[test]
    fn nothing_can_be_drawn_too() {
        let svg = String::from_utf8(Format::Svg.draw(&Stats::default()).unwrap()).unwrap();
        assert!(svg.contains("Resident memory in B") && svg.trim_end().ends_with("</svg>"));
    }

    #[cfg(feature = "plot-png")]
    #[test]
    fn a_png_needs_no_font_of_the_machine() {
        let png = Format::Png.draw(&crowd()).unwrap();
        let mut reader = ::png::Decoder::new(io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), SIZE);
        // Where the first caption stands, there is ink.
        let row = |y: usize| &pixels[3 * 1200 * y + 3 * 14..][..3 * 150];
        assert!((4..24).any(|y| row(y).iter().any(|part| *part < 100)));
    }

    #[test]
    fn only_what_can_be_drawn_is_asked_for() {
        assert_eq!(Format::of(Path::new("a/run.SVG")).unwrap(), Format::Svg);
        let error = Format::of(Path::new("run.jpeg")).unwrap_err().to_string();
        assert!(error.starts_with("cannot write `run.jpeg`: let it end in `.svg`"), "{error}");
        if cfg!(not(feature = "plot-png")) {
            let error = Format::of(Path::new("run.png")).unwrap_err().to_string();
            assert!(error.contains("plot-png"), "{error}");
        }
    }
}
