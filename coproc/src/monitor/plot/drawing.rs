//! The layout of a figure: labels of notes, a chart of memory, one of CPU, and the names of processes.

use std::{ops::Range, time::Duration};

use plotters::{
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Circle, PathElement, Rectangle, Text},
    prelude::DrawingBackend,
    style::{
        Color, IntoFont, RGBColor, TextStyle, WHITE,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{
    axes::{self, Axis, Unit},
    labels::{self, FONT, Label, Spot},
    lines::{Line, lines},
};
use crate::monitor::stats::{Sample, Stats};

/// The margin, in pixels.
const MARGIN: i32 = 14;
/// The width left of the charts, for the marks of their axes.
const MARKS: i32 = 46;
/// The width right of the charts, for names.
const NAMES: i32 = 210;
/// The height of a row of text.
const ROW: i32 = 18;
/// How many rows of labels there are at most.
const ROWS: usize = 6;
/// How long a label may be, and a name, in characters.
const LABEL: usize = 32;
const NAME: usize = 16;
/// The size of all text.
const TEXT: i32 = 14;
/// The padding left and right of the text of a label, in pixels.
const PAD: i32 = 4;

const INK: RGBColor = RGBColor(50, 50, 50);
const EDGE: RGBColor = RGBColor(150, 150, 150);
const FAINT: RGBColor = RGBColor(230, 230, 230);
const NOTE: RGBColor = RGBColor(165, 165, 165);

/// The colours of lines, which also differ in lightness.
const COLOURS: [RGBColor; 14] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(90, 90, 90),
    RGBColor(122, 68, 180),
    RGBColor(0, 84, 60),
    RGBColor(150, 40, 40),
    RGBColor(0, 60, 110),
    RGBColor(160, 150, 20),
    RGBColor(230, 80, 120),
    RGBColor(110, 90, 60),
];

type Area<B> = DrawingArea<B, Shift>;
type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// The places of the parts, in pixels.
struct Layout {
    /// Time, over the width of the charts.
    time: Axis,
    across: Range<i32>,
    labels: i32,
    memory: Range<i32>,
    cpu: Range<i32>,
}

/// A note that is a label.
struct Placed {
    /// Its time, as a pixel.
    x: i32,
    text: String,
    spot: Option<Spot>,
}

/// The value that a chart shows of a sample.
type Measure<'a> = &'a dyn Fn(&Sample) -> f64;

/// Draws all of it.
pub(super) fn draw<B: DrawingBackend>(area: &Area<B>, stats: &Stats) -> Drawn<B> {
    let (width, height) = area.dim_in_pixel();
    let end = end(stats);
    let unit = axes::time(end);
    let across = MARGIN + MARKS..width.cast_signed() - MARGIN - NAMES;
    let time = Axis::new(0.0..end.as_secs_f64() / unit.size, (across.start, across.end));
    let notes = place(stats, &time, &unit, &across);
    let layout = Layout::new(time, across, &notes, height.cast_signed());

    area.fill(&WHITE)?;
    let (lines, all) = lines(stats, layout.names());
    let bytes = axes::memory(stats.samples.iter().map(|sample| sample.rss).max().unwrap_or(0));
    let rss = |sample: &Sample| precise(sample.rss) / bytes.size;
    let charts: [(_, Measure<'_>); 2] =
        [(&layout.memory, &rss), (&layout.cpu, &|sample| sample.cpu)];
    for (rows, value) in charts {
        let most = stats.samples.iter().map(value).fold(0.0, f64::max);
        let values = Axis::new(0.0..most * 1.05, (rows.end, rows.start));
        draw_frame(area, &layout, rows, &values, unit.name)?;
        draw_notes(area, &layout, rows, &notes)?;
        draw_lines(area, &layout, &unit, &values, &lines, value)?;
    }
    write_labels(area, &layout, &notes)?;
    write_names(area, &layout, &lines, all)?;
    write_captions(area, &layout, &bytes)?;
    area.present()
}

impl Layout {
    /// Labels get the rows that they need, memory gets three fifths of the rest.
    fn new(time: Axis, across: Range<i32>, notes: &[Placed], height: i32) -> Self {
        let rows = notes.iter().filter_map(|note| Some(note.spot?.row + 1)).max().unwrap_or(0);
        let labels = MARGIN + ROW;
        let top = labels + ROW * i32::try_from(rows).unwrap_or(0) + 6;
        let cut = top + (height - top) * 3 / 5;
        let (memory, cpu) = (top..cut - 2 * ROW, cut + ROW..height - 2 * ROW);
        Self { time, across, labels, memory, cpu }
    }

    /// How many names fit, with a row for the number of the others.
    fn names(&self) -> usize {
        usize::try_from((self.cpu.end - self.memory.start) / ROW).unwrap_or(1)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a pixel is coarser")]
fn precise(bytes: u64) -> f64 {
    bytes as f64
}

/// The last time of a sample or a label.
fn end(stats: &Stats) -> Duration {
    let notes = stats.notes.iter().filter(|note| note.label).map(|note| note.at);
    let times = stats.samples.iter().map(|sample| sample.at).chain(notes);
    // An axis needs a length.
    times.max().unwrap_or_default().max(Duration::from_millis(100))
}

/// Finds a spot for each note that is a label.
fn place(stats: &Stats, time: &Axis, unit: &Unit, across: &Range<i32>) -> Vec<Placed> {
    let labelled = stats.notes.iter().filter(|note| note.label);
    let notes = labelled.map(|note| {
        let x = time.pixel(note.at.as_secs_f64() / unit.size);
        (x, labels::short(&note.text, LABEL))
    });
    let notes: Vec<(i32, String)> = notes.collect();
    let wanted: Vec<Label> = notes
        .iter()
        .map(|(x, text)| Label { x: *x, width: labels::width(text, TEXT) + 2 * PAD })
        .collect();
    // Labels may stand above the names.
    let spots = labels::place(&wanted, across.start, across.end + NAMES, ROWS);
    notes.into_iter().zip(spots).map(|((x, text), spot)| Placed { x, text, spot }).collect()
}

fn style(x: HPos, y: VPos) -> TextStyle<'static> {
    (FONT, TEXT).into_font().color(&INK).pos(Pos::new(x, y))
}

/// Draws the edges of a chart, and the marks of its axes.
fn draw_frame<B: DrawingBackend>(
    area: &Area<B>,
    layout: &Layout,
    rows: &Range<i32>,
    values: &Axis,
    time: &str,
) -> Drawn<B> {
    let (left, right) = (layout.across.start, layout.across.end);
    for (y, text) in values.marks(34) {
        area.draw(&PathElement::new([(left, y), (right, y)], FAINT))?;
        area.draw(&Text::new(text, (left - 8, y), style(HPos::Right, VPos::Center)))?;
    }
    for (x, text) in layout.time.marks(64) {
        let text = format!("{text} {time}");
        area.draw(&PathElement::new([(x, rows.end), (x, rows.end + 4)], EDGE))?;
        area.draw(&Text::new(text, (x, rows.end + 7), style(HPos::Center, VPos::Top)))?;
    }
    area.draw(&PathElement::new([(left, rows.start), (left, rows.end), (right, rows.end)], EDGE))
}

/// Draws a vertical line through a chart for each note.
fn draw_notes<B: DrawingBackend>(
    area: &Area<B>,
    layout: &Layout,
    rows: &Range<i32>,
    notes: &[Placed],
) -> Drawn<B> {
    for note in notes {
        let top = match note.spot {
            // In the upper chart, the line goes up to the label.
            Some(spot) if rows == &layout.memory => row(layout, spot),
            _ => rows.start,
        };
        area.draw(&PathElement::new([(note.x, top), (note.x, rows.end)], NOTE))?;
    }
    Ok(())
}

fn row(layout: &Layout, spot: Spot) -> i32 {
    layout.labels + ROW * i32::try_from(spot.row).unwrap_or(0)
}

fn draw_lines<B: DrawingBackend>(
    area: &Area<B>,
    layout: &Layout,
    unit: &Unit,
    values: &Axis,
    lines: &[Line<'_>],
    value: impl Fn(&Sample) -> f64,
) -> Drawn<B> {
    let columns = usize::try_from(layout.across.end - layout.across.start).unwrap_or(1);
    for (line, colour) in lines.iter().zip(COLOURS.iter().cycle()) {
        let points = line.points(columns, &value);
        let points: Vec<(i32, i32)> = points
            .into_iter()
            .map(|(seconds, value)| (layout.time.pixel(seconds / unit.size), values.pixel(value)))
            .collect();
        match points[..] {
            // A line of one point is not visible.
            [point] => area.draw(&Circle::new(point, 2, colour.filled()))?,
            _ => area.draw(&PathElement::new(points, colour.stroke_width(2)))?,
        }
    }
    Ok(())
}

/// Writes labels on white, which covers the lines of other notes.
fn write_labels<B: DrawingBackend>(area: &Area<B>, layout: &Layout, notes: &[Placed]) -> Drawn<B> {
    for note in notes {
        let Some(spot) = note.spot else { continue };
        let (left, top) = (spot.left, row(layout, spot));
        let right = left + labels::width(&note.text, TEXT) + 2 * PAD;
        let ground = [(left + 1, top), (right - 1, top + ROW - 1)];
        area.draw(&Rectangle::new(ground, WHITE.filled()))?;
        // The text begins at the line of its note.
        let (x, side) =
            if left == note.x { (left + PAD, HPos::Left) } else { (right - PAD, HPos::Right) };
        let place = (x, top + ROW / 2);
        area.draw(&Text::new(note.text.as_str(), place, style(side, VPos::Center)))?;
    }
    Ok(())
}

/// Writes the name and pid of each line in its colour.
fn write_names<B: DrawingBackend>(
    area: &Area<B>,
    layout: &Layout,
    lines: &[Line<'_>],
    all: usize,
) -> Drawn<B> {
    let left = layout.across.end + 20;
    let mut y = layout.memory.start + ROW / 2;
    for (line, colour) in lines.iter().zip(COLOURS.iter().cycle()) {
        area.draw(&Rectangle::new([(left, y - 2), (left + 14, y + 1)], colour.filled()))?;
        let name = format!("{} {}", labels::short(line.name, NAME), line.pid);
        area.draw(&Text::new(name, (left + 22, y), style(HPos::Left, VPos::Center)))?;
        y += ROW;
    }
    if all > lines.len() {
        let rest = format!("and {} smaller ones", all - lines.len());
        area.draw(&Text::new(rest, (left, y), style(HPos::Left, VPos::Center)))?;
    }
    Ok(())
}

/// Writes the titles of the charts.
fn write_captions<B: DrawingBackend>(area: &Area<B>, layout: &Layout, bytes: &Unit) -> Drawn<B> {
    let memory = format!("Resident memory in {}", bytes.name);
    area.draw(&Text::new(memory, (MARGIN, MARGIN - 6), style(HPos::Left, VPos::Top)))?;
    let place = (MARGIN, layout.cpu.start - ROW - 4);
    area.draw(&Text::new("CPU in cores", place, style(HPos::Left, VPos::Top)))
}
